{# The materialization of unit tests. `sql` is the tested model's query with fixtures for its parents; the result
   is the rows of get_unit_test_sql, which are compared outside. #}

{% materialization unit, default %}
    {%- set expected_rows = config.get('expected_rows') or [] -%}
    {%- set expected_sql = config.get('expected_sql') -%}
    {%- set wanted_columns = expected_rows[0].keys() | list if expected_rows else get_columns_in_query(sql) -%}
    {%- set sql_header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}

    {#- an empty table of the query tells the types that its rows have once stored -#}
    {%- set temp_relation = make_temp_relation(this.incorporate(type='table')) -%}
    {%- do run_query(get_create_table_as_sql(true, temp_relation, get_empty_subquery_sql(sql))) -%}
    {%- set types = {} -%}
    {%- set quoted = {} -%}
    {%- for column in adapter.get_columns_in_relation(temp_relation) -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}

    {%- set compared = [] -%}
    {%- for name in wanted_columns -%}
        {%- do compared.append(quoted[name | lower] or adapter.quote(name)) -%}
    {%- endfor -%}
    {%- set expected_sql = expected_sql or get_expected_sql(expected_rows, types, quoted) -%}

    {%- call statement('main', fetch_result=true) -%}
        {{ sql_header if sql_header }}
        {{ get_unit_test_sql(sql, expected_sql, compared) }}
    {%- endcall -%}

    {%- do adapter.drop_relation(temp_relation) -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}
