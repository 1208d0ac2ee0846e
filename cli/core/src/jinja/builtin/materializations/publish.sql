{# How a relation that was built takes its place.

   hcw's own way builds beside what exists, in a shadow schema, and swaps the two in the transaction that
   built: views, grants, owner and incoming foreign keys go over. Under `legacy` it is dbt's way: a
   relation of another name is renamed, and the old one is dropped with all that reads it. #}

{# Where the new relation is built. #}
{% macro hcw_built_relation(target_relation, existing_relation) %}
    {%- if existing_relation is none -%}
        {{ return(target_relation) }}
    {%- elif flags.PUBLISH == 'legacy' -%}
        {%- set intermediate = make_intermediate_relation(target_relation) -%}
        {%- do drop_relation_if_exists(intermediate) -%}
        {{ return(intermediate) }}
    {%- endif -%}
    {{ return(adapter.shadow_of(target_relation)) }}
{% endmacro %}

{# The new relation in the place of the old one. #}
{% macro hcw_publish(built_relation, target_relation, existing_relation) %}
    {%- if existing_relation is not none -%}
        {%- if flags.PUBLISH == 'legacy' -%}
            {%- set backup = make_backup_relation(target_relation, existing_relation.type) -%}
            {%- do drop_relation_if_exists(backup) -%}
            {%- do adapter.rename_relation(existing_relation, backup) -%}
            {%- do adapter.rename_relation(built_relation, target_relation) -%}
            {%- do drop_relation_if_exists(backup) -%}
        {%- else -%}
            {%- do adapter.swap_in(target_relation) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
