{#- FHIR resources in a jsonb column; null for whatever is missing or has another shape (lax JSON paths). -#}

{#- The value of the resource's identifier that was issued by `system`. -#}
{% macro fhir_identifier(record, system) -%}
{{ text_or_null("(jsonb_path_query_first(" ~ record ~ ", '$.identifier[*] ? (@.system == \"" ~ system ~ "\").value') #>> '{}')") }}
{%- endmacro %}

{#- The identifier, issued by `system`, of the participant that is referred to logically. -#}
{% macro fhir_participant_identifier(record, system) -%}
{{ text_or_null("(jsonb_path_query_first(" ~ record ~ ", '$.participant[*].actor.identifier ? (@.system == \"" ~ system ~ "\").value') #>> '{}')") }}
{%- endmacro %}

{#- The id of the participant that is referred to as `<type>/<id>`. -#}
{% macro fhir_participant_reference(record, type) -%}
substring(
    jsonb_path_query_first({{ record }}, '$.participant[*].actor.reference ? (@ like_regex "(^|/){{ type }}/[A-Za-z0-9.-]+$")') #>> '{}'
    from '([A-Za-z0-9.-]+)$'
)
{%- endmacro %}
