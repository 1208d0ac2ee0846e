{#- Identifiers, judged by hcw's validators in the database. `<name>_reason` is null for a valid value and for null, else
    a word of their closed vocabulary; `<name>_canonical` is the canonical form of a valid value, else null. -#}

{% macro npi_reason(value) -%}
hcw.npi_reason({{ value }})
{%- endmacro %}

{% macro npi_canonical(value) -%}
hcw.npi_canonical({{ value }})
{%- endmacro %}

{% macro ssn_reason(value) -%}
hcw.ssn_reason({{ value }})
{%- endmacro %}

{% macro ssn_canonical(value) -%}
hcw.ssn_canonical({{ value }})
{%- endmacro %}

{% macro mbi_reason(value) -%}
hcw.mbi_reason({{ value }})
{%- endmacro %}

{% macro mbi_canonical(value) -%}
hcw.mbi_canonical({{ value }})
{%- endmacro %}

{% macro mrn_reason(value) -%}
hcw.mrn_reason({{ value }})
{%- endmacro %}

{% macro mrn_canonical(value) -%}
hcw.mrn_canonical({{ value }})
{%- endmacro %}

{% macro zip_reason(value) -%}
hcw.us_zip_reason({{ value }})
{%- endmacro %}

{% macro zip_canonical(value) -%}
hcw.us_zip_canonical({{ value }})
{%- endmacro %}

{#- A ZIP that a spreadsheet read as a number gets its leading zeros back; anything else stays as it is. -#}
{% macro zip_repaired(value) -%}
case
    when {{ trimmed(value) }} ~ '^[0-9]{3,4}$' then lpad({{ trimmed(value) }}, 5, '0')
    else {{ value }}
end
{%- endmacro %}

{% macro state_reason(value) -%}
hcw.us_state_reason({{ value }})
{%- endmacro %}

{% macro state_canonical(value) -%}
hcw.us_state_canonical({{ value }})
{%- endmacro %}

{% macro phone_reason(value) -%}
hcw.phone_e164_reason({{ value }})
{%- endmacro %}

{% macro phone_canonical(value) -%}
hcw.phone_e164_canonical({{ value }})
{%- endmacro %}
