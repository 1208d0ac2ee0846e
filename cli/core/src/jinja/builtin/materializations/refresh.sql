{# Of a relation that stays as it is only what is said of it is brought up to date: its descriptions, and where they are
   others than before its declared grants and policies. #}
{% materialization hcw_refreshed_comments, default %}
    {%- set target_relation = load_relation(this) -%}
    {%- if target_relation is not none -%}
        {% do persist_docs(target_relation, model) %}
        {{ adapter.commit() }}
    {%- endif -%}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}

{% materialization hcw_refreshed_grants, default %}
    {%- set target_relation = load_relation(this) -%}
    {%- if target_relation is not none -%}
        {% do persist_docs(target_relation, model) %}
        {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(target_relation, full_refresh_mode=false)) %}
        {% do adapter.apply_row_security(target_relation) %}
        {{ adapter.commit() }}
    {%- endif -%}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}
