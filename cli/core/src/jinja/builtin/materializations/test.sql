{# Data tests: `sql` yields the rows that fail. One row comes out of the statement `main`: how many they are, and what
   that means. #}

{% materialization test, default %}
    {%- set relations = [] -%}
    {%- set failing_rows = get_limit_subquery_sql(sql, config.get('limit')) -%}
    {%- set sql_header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}

    {%- if should_store_failures() -%}
        {%- set stored_as = config.get('store_failures_as') or 'table' -%}
        {%- if stored_as not in ['table', 'view'] -%}
            {%- do exceptions.raise_compiler_error("'" ~ stored_as ~ "' is not a valid value for `store_failures_as`. Accepted values are: ['ephemeral', 'table', 'view']") -%}
        {%- endif -%}
        {%- set old_relation = adapter.get_relation(this.database, this.schema, this.identifier) -%}
        {%- set target_relation = this.incorporate(type=stored_as) -%}
        {%- if old_relation is not none -%}
            {#- in the transaction of what takes its place -#}
            {%- call statement('drop_failing_rows') -%}{{ get_drop_sql(old_relation) }}{%- endcall -%}
        {%- endif -%}
        {%- call statement('store_failing_rows') -%}
            {{ sql_header if sql_header }}
            {{ get_create_sql(target_relation, failing_rows) }}
        {%- endcall -%}
        {%- do relations.append(target_relation) -%}
        {%- set failing_rows = 'select * from ' ~ target_relation -%}
        {%- do adapter.commit() -%}
    {%- endif -%}

    {%- call statement('main', fetch_result=true) -%}
        {{ sql_header if sql_header }}
        {{ get_test_sql(failing_rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
    {%- endcall -%}
    {{ return({'relations': relations}) }}
{% endmaterialization %}
