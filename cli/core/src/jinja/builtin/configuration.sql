{# What a node's configuration and the command line say together. #}

{# The SQL that goes before a node's own statement: `{% call set_sql_header(config) %}…{% endcall %}`. #}
{% macro set_sql_header(config) -%}
    {{ config.set('sql_header', caller()) }}
{%- endmacro %}

{# The node's own `full_refresh` before the flag. #}
{% macro should_full_refresh() -%}
    {%- set configured = config.get('full_refresh') -%}
    {{ return(flags.FULL_REFRESH if configured is none else configured) }}
{%- endmacro %}

{# The test's own `store_failures` before the flag. #}
{% macro should_store_failures() -%}
    {%- set form = config.get('store_failures_as') -%}
    {%- if form is not none -%}{{ return(form != 'ephemeral') }}{%- endif -%}
    {%- set configured = config.get('store_failures') -%}
    {{ return(flags.STORE_FAILURES if configured is none else configured) }}
{%- endmacro %}

{# Whether the template runs under dbt's second engine; here it never does. #}
{% macro is_core_v2() -%}
    {{ return((dbt_version | string).split('.')[0] == '2') }}
{%- endmacro %}
