{#- Fingerprint of a whole raw row, for finding it again without showing it. The file's own SHA-256 is mixed in: a row
    holding an SSN has too few unknown bits to stand on its own, and the file's hash is known only to its readers. -#}
{% macro row_hash(columns) -%}
encode(sha256(convert_to(concat_ws(E'\x1f', _sha256, _row, {{ columns | join(', ') }}), 'UTF8')), 'hex')
{%- endmacro %}

{#- True for the one usable row that stands for its id within the source: by `order_by`, then the row delivered last. -#}
{% macro is_current(id, order_by=none) -%}
quarantine_reason is null
and row_number() over (
    partition by {{ id }}, quarantine_reason is null
    order by {% if order_by %}{{ order_by }}, {% endif %}_file collate "C" desc, _row desc
) = 1
{%- endmacro %}
