{# Lists of columns, as the incremental macros compare and write them. #}

{# Names, quoted, with commas between. #}
{% macro get_quoted_csv(column_names) -%}
    {%- for name in column_names -%}
        {{ adapter.quote(name) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The columns of the first list whose name the second lacks; types are not compared. #}
{% macro diff_columns(source_columns, target_columns) -%}
    {%- set present = target_columns | map(attribute='column') | list -%}
    {%- set missing = [] -%}
    {%- for column in source_columns if column.name not in present -%}
        {%- do missing.append(column) -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}

{# Columns that changed their type, as mappings of column_name and new_type; a text that only grows has not. #}
{% macro diff_column_data_types(source_columns, target_columns) -%}
    {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{%- endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) -%}
    {%- set changed = [] -%}
    {%- for new in source_columns -%}
        {%- for old in target_columns if old.name == new.name -%}
            {%- if new.expanded_data_type != old.expanded_data_type and not new.can_expand_to(other_column=old) -%}
                {%- do changed.append({'column_name': old.name, 'new_type': new.expanded_data_type}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(changed) }}
{%- endmacro %}

{# The columns that a merge updates: the named ones, all but the excluded ones, or all. #}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{%- endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {%- if merge_update_columns and merge_exclude_columns -%}
        {{ exceptions.raise_compiler_error('Model cannot specify merge_update_columns and merge_exclude_columns. Please update model to use only one config') }}
    {%- elif merge_update_columns -%}
        {{ return(merge_update_columns) }}
    {%- elif not merge_exclude_columns -%}
        {{ return(dest_columns | map(attribute='quoted') | list) }}
    {%- endif -%}
    {%- set excluded = merge_exclude_columns | map('lower') | list -%}
    {%- set columns = [] -%}
    {%- for column in dest_columns if column.column | lower not in excluded -%}
        {%- do columns.append(column.quoted) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
