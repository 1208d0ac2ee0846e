{# How a relation that was built takes its place.

   hcw's own way builds beside what exists, in a shadow schema, and swaps the two in the transaction that
   built: views, grants, owner and incoming foreign keys go over. A view whose columns can stay is
   defined anew where it stands: then nothing has to go over. Under `legacy` it is dbt's way: a
   relation of another name is renamed, and the old one is dropped with all that reads it. #}

{# Where the new relation is built. #}
{% macro hcw_built_relation(target_relation, existing_relation) %}
    {%- if flags.PUBLISH == 'legacy' -%}
        {%- set intermediate = make_intermediate_relation(target_relation) -%}
        {%- do drop_relation_if_exists(intermediate) -%}
        {{ return(intermediate) }}
    {%- elif existing_relation is none or adapter.is_in_place() -%}
        {{ return(target_relation) }}
    {%- endif -%}
    {{ return(adapter.shadow_of(target_relation)) }}
{% endmacro %}

{# The new relation in the place of the old one. #}
{% macro hcw_publish(built_relation, target_relation, existing_relation) %}
    {%- if flags.PUBLISH == 'legacy' -%}
        {%- set backup = make_backup_relation(target_relation, existing_relation.type) if existing_relation is not none -%}
        {%- if existing_relation is not none -%}
            {%- do drop_relation_if_exists(backup) -%}
            {#- another node's drop may have taken it along in this run -#}
            {%- call statement('rename_existing') -%}
                alter {{ existing_relation.type | replace('_', ' ') }} if exists {{ existing_relation }} rename to {{ adapter.quote(backup.hcw_stored().identifier) }}
            {%- endcall -%}
        {%- endif -%}
        {%- do adapter.rename_relation(built_relation, target_relation) -%}
        {%- if existing_relation is not none -%}
            {%- do drop_relation_if_exists(backup) -%}
        {%- endif -%}
    {%- elif existing_relation is not none and not adapter.is_in_place() -%}
        {%- do adapter.swap_in(target_relation) -%}
    {%- endif -%}
{% endmacro %}
