{# Statements that put a relation in the place of another, whatever kinds the two are. #}

{% macro get_create_sql(relation, sql) -%}
    {%- do log('Applying CREATE to: ' ~ relation) -%}
    {{ return(adapter.dispatch('get_create_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_sql(relation, sql) -%}
    {%- if relation.is_view -%}
        {{ get_create_view_as_sql(relation, sql) }}
    {%- elif relation.is_table -%}
        {{ get_create_table_as_sql(false, relation, sql) }}
    {%- elif relation.is_materialized_view -%}
        {{ get_create_materialized_view_as_sql(relation, sql) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error('`get_create_sql` has not been implemented for: ' ~ relation.type) }}
    {%- endif -%}
{%- endmacro %}

{% macro get_replace_sql(existing_relation, target_relation, sql) -%}
    {%- do log('Applying REPLACE to: ' ~ existing_relation) -%}
    {{ return(adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql)) }}
{%- endmacro %}

{# In one statement where the kind allows that; else the new relation is built beside the old one, which keeps its
   place under another name until the new one stands. #}
{% macro default__get_replace_sql(existing_relation, target_relation, sql) -%}
    {%- if existing_relation.type == target_relation.type and existing_relation.can_be_replaced -%}
        {%- if existing_relation.is_view -%}
            {{ return(get_replace_view_sql(target_relation, sql)) }}
        {%- elif existing_relation.is_table -%}
            {{ return(get_replace_table_sql(target_relation, sql)) }}
        {%- elif existing_relation.is_materialized_view -%}
            {{ return(get_replace_materialized_view_sql(target_relation, sql)) }}
        {%- endif -%}
    {%- endif -%}
    {%- if target_relation.can_be_renamed and existing_relation.can_be_renamed -%}
        {{ get_create_intermediate_sql(target_relation, sql) }};
        {{ get_create_backup_sql(existing_relation) }};
        {{ get_rename_intermediate_sql(target_relation) }};
        {{ get_drop_backup_sql(existing_relation) }}
    {%- elif target_relation.can_be_renamed -%}
        {{ get_create_intermediate_sql(target_relation, sql) }};
        {{ get_drop_sql(existing_relation) }};
        {{ get_rename_intermediate_sql(target_relation) }}
    {%- elif existing_relation.can_be_renamed -%}
        {{ get_create_backup_sql(existing_relation) }};
        {{ get_create_sql(target_relation, sql) }};
        {{ get_drop_backup_sql(existing_relation) }}
    {%- else -%}
        {{ get_drop_sql(existing_relation) }};
        {{ get_create_sql(target_relation, sql) }}
    {%- endif -%}
{%- endmacro %}

{# The new relation beside the old one. #}
{% macro get_create_intermediate_sql(relation, sql) -%}
    {%- do log('Applying CREATE INTERMEDIATE to: ' ~ relation) -%}
    {{ return(adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_intermediate_sql(relation, sql) -%}
    {%- set intermediate_relation = make_intermediate_relation(relation) -%}
    {{ get_drop_sql(intermediate_relation) }};
    {{ get_create_sql(intermediate_relation, sql) }}
{%- endmacro %}

{% macro get_rename_intermediate_sql(relation) -%}
    {%- do log('Applying RENAME INTERMEDIATE to: ' ~ relation) -%}
    {{ return(adapter.dispatch('get_rename_intermediate_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_rename_intermediate_sql(relation) -%}
    {{ get_rename_sql(make_intermediate_relation(relation), relation.hcw_stored().identifier) }}
{%- endmacro %}

{# The old relation under another name. #}
{% macro get_create_backup_sql(relation) -%}
    {%- do log('Applying CREATE BACKUP to: ' ~ relation) -%}
    {{ return(adapter.dispatch('get_create_backup_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_create_backup_sql(relation) -%}
    {%- set backup_relation = make_backup_relation(relation, relation.type) -%}
    {{ get_drop_sql(backup_relation) }};
    {{ get_rename_sql(relation, backup_relation.hcw_stored().identifier) }}
{%- endmacro %}

{% macro get_drop_backup_sql(relation) -%}
    {%- do log('Applying DROP BACKUP to: ' ~ relation) -%}
    {{ return(adapter.dispatch('get_drop_backup_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_drop_backup_sql(relation) -%}
    {{ get_drop_sql(make_backup_relation(relation, relation.type)) }}
{%- endmacro %}
