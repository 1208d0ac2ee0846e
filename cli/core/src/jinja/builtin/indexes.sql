{# Indexes: `config.indexes` lists mappings with columns, unique and type. #}

{% macro get_create_index_sql(relation, index_dict) -%}
    {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
    {{ return(none) }}
{%- endmacro %}

{# Columns stand as the project writes them, so that expressions may be indexed. #}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
    {%- set index = adapter.parse_index(index_dict) -%}
    create {{ 'unique' if index.unique }} index if not exists
    "{{ index.render(relation) }}"
    on {{ relation }} {{ 'using ' ~ index.type if index.type }}
    ({{ index.columns | join(', ') }})
{%- endmacro %}

{% macro create_indexes(relation) -%}
    {{ return(adapter.dispatch('create_indexes', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
    {%- for index_dict in config.get('indexes', default=[]) or [] -%}
        {%- set create_index_sql = get_create_index_sql(relation, index_dict) -%}
        {%- if create_index_sql -%}
            {#- nobody reads an answer, so that the step can be planned ahead -#}
            {%- call statement('create_index') -%}
                {{ create_index_sql }}
            {%- endcall -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro get_drop_index_sql(relation, index_name) -%}
    {{ return(adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name)) }}
{%- endmacro %}

{% macro default__get_drop_index_sql(relation, index_name) -%}
    {{ exceptions.raise_compiler_error('get_drop_index_sql is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) -%}
    drop index if exists {{ adapter.quote(relation.hcw_stored().schema) }}.{{ adapter.quote(index_name) }}
{%- endmacro %}

{# One row an index: name, method, unique and column_names with commas between. #}
{% macro get_show_indexes_sql(relation) -%}
    {{ return(adapter.dispatch('get_show_indexes_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_show_indexes_sql(relation) -%}
    {{ exceptions.raise_compiler_error('get_show_indexes_sql is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_show_indexes_sql(relation) -%}
    select
        index_class.relname as name,
        pg_am.amname as method,
        pg_index.indisunique as "unique",
        array_to_string(array_agg(pg_attribute.attname), ',') as column_names
    from pg_index
    join pg_class as index_class on index_class.oid = pg_index.indexrelid
    join pg_am on pg_am.oid = index_class.relam
    join pg_class as indexed_class on indexed_class.oid = pg_index.indrelid
    join pg_namespace on pg_namespace.oid = indexed_class.relnamespace
    join pg_attribute
        on pg_attribute.attrelid = indexed_class.oid
        and pg_attribute.attnum = any(pg_index.indkey)
    where indexed_class.relname = '{{ relation.hcw_stored().identifier | replace("'", "''") }}'
        and pg_namespace.nspname = '{{ relation.hcw_stored().schema | replace("'", "''") }}'
        and indexed_class.relkind in ('r', 'm')
    group by 1, 2, 3
    order by 1, 2, 3
{%- endmacro %}
