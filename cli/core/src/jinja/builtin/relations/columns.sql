{# Columns of relations: listed, added, removed and retyped. #}

{% macro get_columns_in_relation(relation) -%}
    {{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_columns_in_relation(relation) -%}
    {%- call statement('get_columns_in_relation', fetch_result=true, auto_begin=false) -%}
        select attribute.attname as column_name, format_type(attribute.atttypid, attribute.atttypmod) as data_type
        from pg_catalog.pg_attribute as attribute
        inner join pg_catalog.pg_class as class on class.oid = attribute.attrelid
        inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where class.relname = '{{ relation.hcw_stored().identifier | replace("'", "''") }}'
            {% if relation.schema -%}
            and namespace.nspname = '{{ relation.hcw_stored().schema | replace("'", "''") }}'
            {%- else -%}
            and pg_catalog.pg_table_is_visible(class.oid)
            {%- endif %}
            and attribute.attnum > 0
            and not attribute.attisdropped
        order by attribute.attnum
    {%- endcall -%}
    {%- set columns = [] -%}
    {%- for row in load_result('get_columns_in_relation').table.rows -%}
        {%- do columns.append(api.Column.from_description(row[0], row[1])) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{# From rows of name, type, character size, precision and scale. #}
{% macro sql_convert_columns_in_relation(table) -%}
    {%- set columns = [] -%}
    {%- for row in table.rows -%}
        {%- do columns.append(api.Column(*row.values())) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
    {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{% endmacro %}

{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
    {%- call statement('alter_column_type') -%}
        alter table {{ relation.render() }} alter column {{ adapter.quote(column_name) }} type {{ new_column_type }}
    {%- endcall -%}
{% endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
    {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{% endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- set changes = [] -%}
    {%- for column in add_columns or [] -%}
        {%- do changes.append('add column ' ~ column.quoted ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- for column in remove_columns or [] -%}
        {%- do changes.append('drop column ' ~ column.quoted) -%}
    {%- endfor -%}
    {%- if changes -%}
        {%- call statement('alter_relation_add_remove_columns') -%}
            alter {{ hcw_object_type(relation) }} {{ relation.render() }} {{ changes | join(', ') }}
        {%- endcall -%}
    {%- endif -%}
{% endmacro %}
