{# Statements and queries: the only ways in which macros reach the warehouse. #}

{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
    {%- if execute -%}
        {%- set compiled_code = caller() -%}
        {%- if name == 'main' -%}
            {%- do write(compiled_code) -%}
        {%- endif -%}
        {%- if language != 'sql' -%}
            {%- do exceptions.raise_compiler_error("statement() runs SQL only: " ~ language ~ " models are not supported on PostgreSQL") -%}
        {%- endif -%}
        {%- set answer = adapter.execute(compiled_code, auto_begin=auto_begin, fetch=fetch_result) -%}
        {%- if name is not none -%}
            {%- do store_result(name, response=answer[0], agate_table=answer[1]) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# A statement that is not run: its text is the node's, its result is given. #}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
    {%- set compiled_code = caller() -%}
    {%- if name == 'main' -%}
        {%- do write(compiled_code) -%}
    {%- endif -%}
    {%- if name is not none -%}
        {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
    {%- endif -%}
{%- endmacro %}

{% macro run_query(sql) %}
    {%- call statement("run_query_statement", fetch_result=true, auto_begin=false) -%}
        {{ sql }}
    {%- endcall -%}
    {%- set result = load_result("run_query_statement") -%}
    {{- return(result.table if result else none) -}}
{% endmacro %}
