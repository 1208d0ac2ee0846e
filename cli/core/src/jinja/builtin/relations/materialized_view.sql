{# Materialized views: their statements, and what of their configuration may change in place. #}

{% macro get_create_materialized_view_as_sql(relation, sql) -%}
    {{ return(adapter.dispatch('get_create_materialized_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_materialized_view_as_sql(relation, sql) -%}
    {{ exceptions.raise_compiler_error('`get_create_materialized_view_as_sql` has not been implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_create_materialized_view_as_sql(relation, sql) -%}
    create materialized view if not exists {{ relation }} as {{ sql }};
    {%- for index_dict in config.get('indexes', []) or [] %}
    {{ get_create_index_sql(relation, index_dict) }}{{ ';' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro get_replace_materialized_view_sql(relation, sql) -%}
    {{ return(adapter.dispatch('get_replace_materialized_view_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_replace_materialized_view_sql(relation, sql) -%}
    {{ exceptions.raise_compiler_error('`get_replace_materialized_view_sql` has not been implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro refresh_materialized_view(relation) -%}
    {%- do log('Applying REFRESH to: ' ~ relation) -%}
    {{ return(adapter.dispatch('refresh_materialized_view', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__refresh_materialized_view(relation) -%}
    {{ exceptions.raise_compiler_error('`refresh_materialized_view` has not been implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__refresh_materialized_view(relation) -%}
    refresh materialized view {{ relation }}
{%- endmacro %}

{% macro get_rename_materialized_view_sql(relation, new_name) -%}
    {{ return(adapter.dispatch('get_rename_materialized_view_sql', 'dbt')(relation, new_name)) }}
{%- endmacro %}

{% macro default__get_rename_materialized_view_sql(relation, new_name) -%}
    {{ exceptions.raise_compiler_error('`get_rename_materialized_view_sql` has not been implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_rename_materialized_view_sql(relation, new_name) -%}
    alter materialized view {{ relation }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro drop_materialized_view(relation) -%}
    {{ return(adapter.dispatch('drop_materialized_view', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_materialized_view(relation) -%}
    drop materialized view if exists {{ relation.render() }}{{ hcw_cascade() }}
{%- endmacro %}

{# What the configuration says otherwise than the database, or none. #}
{% macro get_materialized_view_configuration_changes(existing_relation, new_config) -%}
    {%- do log('Determining configuration changes on: ' ~ existing_relation) -%}
    {{ return(adapter.dispatch('get_materialized_view_configuration_changes', 'dbt')(existing_relation, new_config)) }}
{%- endmacro %}

{% macro default__get_materialized_view_configuration_changes(existing_relation, new_config) -%}
    {{ exceptions.raise_compiler_error('Materialized views have not been implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{# Indexes are the same where method, uniqueness and columns are, whatever their names. #}
{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) -%}
    {%- set wanted = {} -%}
    {%- for index_dict in new_config.get('indexes', []) or [] -%}
        {%- set index = adapter.parse_index(index_dict) -%}
        {%- do wanted.update({postgres__index_key(index.type or 'btree', index.unique, index.columns): index_dict}) -%}
    {%- endfor -%}
    {%- set present = [] -%}
    {%- set changes = [] -%}
    {%- for row in postgres__describe_materialized_view(existing_relation)['indexes'] -%}
        {%- set key = postgres__index_key(row['method'], row['unique'], row['column_names'].split(',')) -%}
        {%- if key in wanted and key not in present -%}
            {%- do present.append(key) -%}
        {%- else -%}
            {%- do changes.append({'action': 'drop', 'context': {'name': row['name']}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for key, index_dict in wanted.items() if key not in present -%}
        {%- do changes.append({'action': 'create', 'context': {'as_node_config': index_dict}}) -%}
    {%- endfor -%}
    {{ return({'indexes': changes, 'requires_full_refresh': false} if changes else none) }}
{%- endmacro %}

{% macro postgres__index_key(method, unique, columns) -%}
    {{ method }} {{ 'unique' if unique }} {{ columns | map('replace', '"', '') | sort | join(',') }}
{%- endmacro %}

{# What the database holds of a materialized view's configuration: its indexes. #}
{% macro postgres__describe_materialized_view(relation) -%}
    {{ return({'indexes': run_query(get_show_indexes_sql(relation))}) }}
{%- endmacro %}

{% macro get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -%}
    {%- do log('Applying ALTER to: ' ~ relation) -%}
    {{ return(adapter.dispatch('get_alter_materialized_view_as_sql', 'dbt')(
        relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation
    )) }}
{%- endmacro %}

{% macro default__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -%}
    {{ exceptions.raise_compiler_error('Materialized views have not been implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -%}
    {%- if configuration_changes.requires_full_refresh -%}
        {{ get_replace_sql(existing_relation, relation, sql) }}
    {%- else -%}
        {{ postgres__update_indexes_on_materialized_view(relation, configuration_changes.indexes) }}
    {%- endif -%}
{%- endmacro %}

{# Each change has an action, drop or create, and the index as its context. #}
{% macro postgres__update_indexes_on_materialized_view(relation, index_changes) -%}
    {%- do log('Applying UPDATE INDEXES to: ' ~ relation) -%}
    {%- for change in index_changes %}
        {%- if change.action == 'drop' %}
    {{ get_drop_index_sql(relation, change.context.name) }}
        {%- elif change.action == 'create' %}
    {{ get_create_index_sql(relation, change.context.as_node_config) }}
        {%- endif -%}
    {{ ';' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
