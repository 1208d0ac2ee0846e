{#- Codes on the day of service. Where the code lists are loaded a code must be in the release of that day; else its
    shape alone is judged, as it is where the day is not known. -#}
{% macro icd10cm_reason(value, on_date) -%}
coalesce(hcw.icd10cm_reason({{ value }}), hcw.icd10cm_reason_on({{ value }}, {{ on_date }}))
{%- endmacro %}

{#- Dotted, upper case. -#}
{% macro icd10cm_canonical(value, reason) -%}
case when {{ reason }} is null then hcw.icd10cm_canonical({{ value }}) end
{%- endmacro %}

{#- HCPCS level II. -#}
{% macro hcpcs_reason(value, on_date) -%}
coalesce(hcw.hcpcs_reason({{ value }}), hcw.hcpcs_reason_on({{ value }}, {{ on_date }}))
{%- endmacro %}

{% macro hcpcs_canonical(value, reason) -%}
case when {{ reason }} is null then hcw.hcpcs_canonical({{ value }}) end
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
