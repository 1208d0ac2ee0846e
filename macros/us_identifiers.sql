{#- US identifiers. `<code>_reason` is null for a valid value and for null; else a word of the closed vocabulary,
    first hit in the order empty, charset, length, structure, range, reserved, unassigned, checksum.
    `<code>_canonical` is the canonical form of a valid value, else null. -#}

{#- NPI. Source: CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit:
    Luhn over 80840 + the first nine digits, which adds 24 to the sum over the number alone. -#}
{% macro npi_reason(value) -%}
{%- set trimmed_value = trimmed(value) -%}
{%- set digits = 'right(' ~ trimmed_value ~ ', 10)' -%}
{%- set doubled = "translate(" ~ digits ~ ", '0123456789', '0246813579')" -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[0-9]+$' then 'charset'
    when {{ trimmed_value }} !~ '^(80840)?[0-9]{10}$' then 'length'
    when left({{ digits }}, 1) not in ('1', '2') then 'range'
    when (
        24
        {%- for position in [1, 3, 5, 7, 9] %} + substr({{ doubled }}, {{ position }}, 1)::int{% endfor %}
        {%- for position in [2, 4, 6, 8, 10] %} + substr({{ digits }}, {{ position }}, 1)::int{% endfor %}
    ) % 10 <> 0 then 'checksum'
end
{%- endmacro %}

{% macro npi_canonical(value) -%}
case when {{ npi_reason(value) }} is null then right({{ trimmed(value) }}, 10) end
{%- endmacro %}

{#- SSN: nine digits, bare or 3-2-4. Source: SSA POMS RM 10201.035; reserved: numbers printed in advertisements. -#}
{% macro ssn_reason(value) -%}
{%- set trimmed_value = trimmed(value) -%}
{%- set digits = "replace(" ~ trimmed_value ~ ", '-', '')" -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[0-9-]+$' then 'charset'
    when length({{ digits }}) <> 9 then 'length'
    when {{ trimmed_value }} !~ '^([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})$' then 'structure'
    when {{ digits }} ~ '^(000|666|9)|^...00|0000$' then 'range'
    when {{ digits }} in ('078051120', '219099999', '457555462') then 'reserved'
end
{%- endmacro %}

{% macro ssn_canonical(value) -%}
case when {{ ssn_reason(value) }} is null then replace({{ trimmed(value) }}, '-', '') end
{%- endmacro %}

{#- MBI: eleven characters, shown 4-3-4, no S L O I B Z. Source: CMS, Understanding the MBI format. -#}
{% macro mbi_reason(value) -%}
{%- set trimmed_value = 'upper(' ~ trimmed(value) ~ ')' -%}
{%- set bare = "replace(" ~ trimmed_value ~ ", '-', '')" -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[ACDEFGHJKMNPQRTUVWXY0-9-]+$' then 'charset'
    when length({{ bare }}) <> 11 then 'length'
    when {{ trimmed_value }} !~ '^[A-Z0-9]{4}(-[A-Z0-9]{3}-|[A-Z0-9]{3})[A-Z0-9]{4}$' then 'structure'
    when {{ bare }} !~ '^[1-9][A-Z][A-Z0-9][0-9][A-Z][A-Z0-9][0-9][A-Z]{2}[0-9]{2}$' then 'structure'
end
{%- endmacro %}

{% macro mbi_canonical(value) -%}
case when {{ mbi_reason(value) }} is null then replace(upper({{ trimmed(value) }}), '-', '') end
{%- endmacro %}

{#- ZIP or ZIP+4. A lost leading zero is `length`: repairing it is a separate, explicit step (zip_repaired). -#}
{% macro zip_reason(value) -%}
{%- set trimmed_value = trimmed(value) -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[0-9 -]+$' then 'charset'
    when length(translate({{ trimmed_value }}, ' -', '')) not in (5, 9) then 'length'
    when {{ trimmed_value }} !~ '^[0-9]{5}([ -]?[0-9]{4})?$' then 'structure'
    when left({{ trimmed_value }}, 5) collate "C" not between '00501' and '99950' then 'unassigned'
end
{%- endmacro %}

{% macro zip_canonical(value) -%}
case
    when {{ zip_reason(value) }} is null
        then regexp_replace({{ trimmed(value) }}, '^([0-9]{5})[ -]?([0-9]{4})$', '\1-\2')
end
{%- endmacro %}

{#- A ZIP that a spreadsheet read as a number gets its leading zeros back; anything else stays as it is. -#}
{% macro zip_repaired(value) -%}
case
    when {{ trimmed(value) }} ~ '^[0-9]{3,4}$' then lpad({{ trimmed(value) }}, 5, '0')
    else {{ value }}
end
{%- endmacro %}

{#- USPS two-letter code: states, DC, territories, military, freely associated states. Names are not mapped here. -#}
{% macro state_reason(value) -%}
{%- set trimmed_value = 'upper(' ~ trimmed(value) ~ ')' -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[A-Z]+$' then 'charset'
    when length({{ trimmed_value }}) <> 2 then 'length'
    when {{ trimmed_value }} not in (
        'AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'DC', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA', 'KS', 'KY', 'LA',
        'ME', 'MD', 'MA', 'MI', 'MN', 'MS', 'MO', 'MT', 'NE', 'NV', 'NH', 'NJ', 'NM', 'NY', 'NC', 'ND', 'OH', 'OK', 'OR',
        'PA', 'RI', 'SC', 'SD', 'TN', 'TX', 'UT', 'VT', 'VA', 'WA', 'WV', 'WI', 'WY',
        'AS', 'GU', 'MP', 'PR', 'VI', 'AA', 'AE', 'AP', 'FM', 'MH', 'PW'
    ) then 'unassigned'
end
{%- endmacro %}

{% macro state_canonical(value) -%}
case when {{ state_reason(value) }} is null then upper({{ trimmed(value) }}) end
{%- endmacro %}

{#- North American telephone number to E.164: NXX-NXX-XXXX, exchange not N11. Assignment of areas is not checked. -#}
{% macro phone_reason(value) -%}
{%- set trimmed_value = trimmed(value) -%}
{%- set digits = "regexp_replace(" ~ trimmed_value ~ ", '[^0-9]', '', 'g')" -%}
case
    when {{ value }} is null then null
    when {{ trimmed_value }} = '' then 'empty'
    when {{ trimmed_value }} !~ '^[+]?[0-9 .()-]+$' then 'charset'
    when {{ digits }} !~ '^1?[0-9]{10}$' then 'length'
    when right({{ digits }}, 10) !~ '^[2-9][0-9]{2}[2-9]([02-9][0-9]|1[02-9])[0-9]{4}$' then 'range'
end
{%- endmacro %}

{% macro phone_canonical(value) -%}
case when {{ phone_reason(value) }} is null then '+1' || right(regexp_replace({{ value }}, '[^0-9]', '', 'g'), 10) end
{%- endmacro %}
