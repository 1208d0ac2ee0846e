{# Descriptions as comments in the database: `persist_docs`. #}

{# A text between dollar quotes, so that it may hold anything but their tag. #}
{% macro postgres_escape_comment(comment) -%}
    {%- if comment is not string -%}
        {{ exceptions.raise_compiler_error('cannot escape a non-string: ' ~ comment) }}
    {%- endif -%}
    {%- set tag = '$dbt_comment_literal_block$' -%}
    {%- if tag in comment -%}
        {{ exceptions.raise_compiler_error('The string ' ~ tag ~ ' is not allowed in comments.') }}
    {%- endif -%}
    {{ return(tag ~ comment ~ tag) }}
{%- endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
    {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
    {{ exceptions.raise_not_implemented('alter_relation_comment is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) -%}
    comment on {{ relation.type | replace('_', ' ') }} {{ relation }} is {{ postgres_escape_comment(comment) }};
{%- endmacro %}

{# `column_dict` maps names to mappings with `description` and `quote`. #}
{% macro alter_column_comment(relation, column_dict) -%}
    {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}

{% macro default__alter_column_comment(relation, column_dict) -%}
    {{ exceptions.raise_not_implemented('alter_column_comment is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__alter_column_comment(relation, column_dict) -%}
    {%- set present = adapter.column_names(relation) -%}
    {%- for name in column_dict if name in present %}
    {%- set column = column_dict[name] %}
    comment on column {{ relation }}.{{ adapter.quote(name) if column['quote'] else name }} is {{ postgres_escape_comment(column['description']) }};
    {%- endfor -%}
{%- endmacro %}

{# Describes a relation and its columns as far as the configuration asks for it. #}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
    {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- call statement('comment_relation') -%}
            {{ alter_relation_comment(relation, model.description) }}
        {%- endcall -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- set present = adapter.column_names(relation) -%}
        {%- set comments = alter_column_comment(relation, validate_doc_columns(relation, model.columns, present)) -%}
        {%- if comments and comments | trim -%}
            {%- call statement('comment_columns') -%}
                {{ comments }}
            {%- endcall -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The described columns that exist; warns of the others. A quoted name must match to the letter. #}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) -%}
    {%- set lowered = existing_column_names | map('lower') | list -%}
    {%- set found = {} -%}
    {%- set missing = [] -%}
    {%- for name in column_dict -%}
        {%- set exists = name in existing_column_names if column_dict[name]['quote'] else name | lower in lowered -%}
        {%- if exists -%}
            {%- do found.update({name: column_dict[name]}) -%}
        {%- else -%}
            {%- do missing.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- do exceptions.warn('In relation ' ~ relation.render() ~ ': The following columns are specified in the schema but are not present in the database: ' ~ missing | join(', ')) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
