{#- Text without its outer ASCII white space. -#}
{% macro trimmed(value) -%}
btrim({{ value }}, E' \t\n\r\f\x0b')
{%- endmacro %}

{#- Trimmed text; nothing left is null. -#}
{% macro text_or_null(value) -%}
nullif({{ trimmed(value) }}, '')
{%- endmacro %}

{#- A person's name: inner spaces single, all-capitals to title case, mixed case untouched (McDonald). -#}
{% macro person_name(value) -%}
case
    when {{ value }} = upper({{ value }}) then initcap(nullif(regexp_replace({{ trimmed(value) }}, '\s+', ' ', 'g'), ''))
    else nullif(regexp_replace({{ trimmed(value) }}, '\s+', ' ', 'g'), '')
end
{%- endmacro %}

{#- Why an identifier of ours cannot name a row: it is blank, or it is the name of the unknown member. -#}
{% macro id_reason(value) -%}
case
    when coalesce({{ trimmed(value) }}, '') = '' then 'empty'
    when {{ trimmed(value) }} = 'UNKNOWN' then 'reserved'
end
{%- endmacro %}
