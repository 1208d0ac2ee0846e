{# Snapshot strategies: how a changed row is known. Each is a macro `snapshot_<name>_strategy` that returns
   unique_key, updated_at, row_changed, scd_id, invalidate_hard_deletes and hard_deletes. #}

{# The macro of a strategy: `name`, or `package.name` for the one of a package. #}
{% macro strategy_dispatch(name) -%}
    {%- set searched = context -%}
    {%- set package_name = none -%}
    {%- set strategy_name = name -%}
    {%- if '.' in name -%}
        {%- set package_name = name.split('.', 1)[0] -%}
        {%- set strategy_name = name.split('.', 1)[1] -%}
        {%- if package_name not in context -%}
            {{ exceptions.raise_compiler_error("Could not find package '" ~ package_name ~ "', called with '" ~ name ~ "'") }}
        {%- endif -%}
        {%- set searched = context[package_name] -%}
    {%- endif -%}
    {%- set macro_name = 'snapshot_' ~ strategy_name ~ '_strategy' -%}
    {%- if macro_name not in searched -%}
        {{ exceptions.raise_compiler_error("The specified strategy macro '" ~ strategy_name ~ "' was not found in package '" ~ package_name ~ "'") }}
    {%- endif -%}
    {{ return(searched[macro_name]) }}
{%- endmacro %}

{# The identity of one version of a row. #}
{% macro snapshot_hash_arguments(args) -%}
    {{ return(adapter.dispatch('snapshot_hash_arguments', 'dbt')(args)) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
    md5({% for arg in args %}coalesce(cast({{ arg }} as varchar ), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{# A row has changed when its `updated_at` is later than the version held. The version's own dbt_valid_from is
   compared, as `updated_at` may be new in a snapshot that began with another strategy. #}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
    {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
    {%- set updated_at = config.get('updated_at') -%}
    {%- set changed = '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')' -%}
    {{ return(snapshot_strategy_of(updated_at, changed)) }}
{%- endmacro %}

{# A row has changed when one of the columns of `check_cols` has, or a column is new. #}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
    {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
    {%- set column_added, check_cols = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
    {%- set changed -%}
    (
    {%- if column_added -%}
        {{ get_true_sql() }}
    {%- else -%}
    {%- for col in check_cols -%}
        {%- set old = snapshotted_rel ~ '.' ~ col -%}
        {%- set new = current_rel ~ '.' ~ col -%}
        {{ old }} != {{ new }}
        or
        (
            (({{ old }} is null) and not ({{ new }} is null))
            or
            ((not {{ old }} is null) and ({{ new }} is null))
        )
        {{- ' or ' if not loop.last }}
    {%- endfor -%}
    {%- endif -%}
    )
    {%- endset -%}
    {{ return(snapshot_strategy_of(updated_at, changed)) }}
{%- endmacro %}

{# What both strategies return. #}
{% macro snapshot_strategy_of(updated_at, row_changed) -%}
    {%- set unique_key = config.get('unique_key') -%}
    {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
    {{ return({
        'unique_key': unique_key,
        'updated_at': updated_at,
        'row_changed': row_changed,
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
        'invalidate_hard_deletes': hard_deletes == 'invalidate',
        'hard_deletes': hard_deletes
    }) }}
{%- endmacro %}

{# Whether the query has a column that the snapshot lacks, and the compared columns that both have, quoted. #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
    {%- if not target_exists -%}
        {{ return((false, [])) }}
    {%- endif -%}
    {%- if check_cols_config == 'all' -%}
        {%- set wanted = get_columns_in_query(node['compiled_code']) -%}
    {%- elif check_cols_config is iterable and check_cols_config is not string and check_cols_config | length > 0 -%}
        {#- the database tells how the names are written -#}
        {%- set selected -%}
            select {{ check_cols_config | join(', ') }} from (
                {{ node['compiled_code'] }}
            ) subq
        {%- endset -%}
        {%- set wanted = get_columns_in_query(selected) -%}
    {%- else -%}
        {{ exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config) }}
    {%- endif -%}
    {%- set target_relation = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
    {%- set present = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
    {%- set compared = [] -%}
    {%- set added = [] -%}
    {%- for name in wanted -%}
        {%- if name in present -%}
            {%- do compared.append(adapter.quote(name)) -%}
        {%- else -%}
            {%- do added.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return((added | length > 0, compared)) }}
{%- endmacro %}

{% macro get_true_sql() -%}
    {{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_true_sql() -%}
    TRUE
{%- endmacro %}
