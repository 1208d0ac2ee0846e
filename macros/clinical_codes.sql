{#- ICD-10-CM, shape layer only: no code table is asked, so `unassigned`, `not_billable` and `not_effective` cannot arise.
    Second character a digit (except category QA0), third a digit or A, B; the dot only after the third. -#}
{% macro icd10cm_reason(value) -%}
{%- set trimmed_value = 'upper(' ~ trimmed(value) ~ ')' -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[A-Z0-9.]+$' then 'charset'
    when length(replace({{ trimmed_value }}, '.', '')) not between 3 and 7 then 'length'
    when {{ trimmed_value }} !~ '^([A-Z][0-9][0-9AB]|QA0)([.]?[A-Z0-9]{1,4})?$' then 'structure'
end
{%- endmacro %}

{#- Dotted, upper case. -#}
{% macro icd10cm_canonical(value) -%}
case
    when {{ icd10cm_reason(value) }} is null
        then regexp_replace(replace(upper({{ trimmed(value) }}), '.', ''), '^(...)(.+)$', '\1.\2')
end
{%- endmacro %}

{#- HCPCS level II: letter and four digits. Source: CMS HCPCS file of October 2025 for the letters in use. -#}
{% macro hcpcs_reason(value) -%}
{%- set trimmed_value = 'upper(' ~ trimmed(value) ~ ')' -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[A-Z0-9]+$' then 'charset'
    when length({{ trimmed_value }}) <> 5 then 'length'
    when {{ trimmed_value }} !~ '^[ABCEGHJKLMPQRSTUV][0-9]{4}$' then 'structure'
end
{%- endmacro %}

{% macro hcpcs_canonical(value) -%}
case when {{ hcpcs_reason(value) }} is null then upper({{ trimmed(value) }}) end
{%- endmacro %}

{#- Administrative sex, HL7 table 0001, from EHR spellings and from FHIR codes. -#}
{% macro sex_canonical(value) -%}
case lower({{ trimmed(value) }})
    when 'm' then 'M' when 'male' then 'M'
    when 'f' then 'F' when 'female' then 'F'
    when 'o' then 'O' when 'other' then 'O'
    when 'u' then 'U' when 'unknown' then 'U'
    when 'a' then 'A' when 'ambiguous' then 'A'
    when 'n' then 'N' when 'not applicable' then 'N'
    when 'x' then 'X'
end
{%- endmacro %}

{% macro sex_reason(value) -%}
case
    when {{ value }} is null then null
    when {{ trimmed(value) }} = '' then 'empty'
    when {{ sex_canonical(value) }} is null then 'unassigned'
end
{%- endmacro %}
