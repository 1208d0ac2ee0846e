{# Hooks of a node, within its transaction or outside of it. #}

{% macro run_hooks(hooks, inside_transaction=true) %}
    {%- for hook in hooks if hook.transaction == inside_transaction -%}
        {%- if not inside_transaction and loop.first -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
        {%- set rendered = render(hook.sql) | trim -%}
        {%- if rendered | length > 0 -%}
            {%- call statement(auto_begin=inside_transaction) -%}
                {{ rendered }}
            {%- endcall -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{% macro make_hook_config(sql, inside_transaction) %}
    {{- tojson({"sql": sql, "transaction": inside_transaction}) -}}
{% endmacro %}

{% macro before_begin(sql) %}
    {{- make_hook_config(sql, inside_transaction=false) -}}
{% endmacro %}

{% macro in_transaction(sql) %}
    {{- make_hook_config(sql, inside_transaction=true) -}}
{% endmacro %}

{% macro after_commit(sql) %}
    {{- make_hook_config(sql, inside_transaction=false) -}}
{% endmacro %}
