{# Grants: `config.grants` maps privileges to the roles that shall have them. #}

{# Whether a relation that replaces another has its grants: on PostgreSQL it starts with none. #}
{% macro copy_grants() -%}
    {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{%- endmacro %}

{% macro default__copy_grants() -%}
    {{ return(true) }}
{%- endmacro %}

{% macro postgres__copy_grants() -%}
    {{ return(false) }}
{%- endmacro %}

{# Whether one statement may name several roles. #}
{% macro support_multiple_grantees_per_dcl_statement() -%}
    {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{%- endmacro %}

{% macro default__support_multiple_grantees_per_dcl_statement() -%}
    {{ return(true) }}
{%- endmacro %}

{# Whether grants that are not declared are taken away. dbt's way does where a relation keeps its grants; here what
   others have granted stays, unless `meta: {hcw: {grants: exact}}` asks for what is declared and nothing else. #}
{% macro should_revoke(existing_relation, full_refresh_mode=true) -%}
    {%- if not existing_relation -%}
        {{ return(false) }}
    {%- elif flags.PUBLISH != 'legacy' -%}
        {{ return(((config.get('meta') or {}).get('hcw') or {}).get('grants') == 'exact') }}
    {%- elif full_refresh_mode -%}
        {{ return(copy_grants()) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{% macro get_show_grant_sql(relation) -%}
    {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_show_grant_sql(relation) -%}
    show grants on {{ relation.render() }}
{%- endmacro %}

{% macro postgres__get_show_grant_sql(relation) -%}
    select grantee, privilege_type
    from {{ relation.information_schema('role_table_grants') }}
        where grantor = current_role
            and grantee != current_role
            and table_schema = '{{ relation.hcw_stored().schema | replace("'", "''") }}'
            and table_name = '{{ relation.hcw_stored().identifier | replace("'", "''") }}'
{%- endmacro %}

{% macro get_grant_sql(relation, privilege, grantees) -%}
    {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{%- endmacro %}

{# Roles stand as the project writes them, quotes included: `public` and `current_user` are words here. #}
{% macro default__get_grant_sql(relation, privilege, grantees) -%}
    grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro %}

{% macro get_revoke_sql(relation, privilege, grantees) -%}
    {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{%- endmacro %}

{# Roles come from the catalogue, so they are quoted; `PUBLIC` is its word for all of them. #}
{% macro default__get_revoke_sql(relation, privilege, grantees) -%}
    revoke {{ privilege }} on {{ relation.render() }} from {{ get_quoted_csv(grantees) | replace('"PUBLIC"', 'public') }}
{%- endmacro %}

{# The statements for a mapping of privileges to roles; `get_dcl_macro` grants or revokes. #}
{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
    {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{%- endmacro %}

{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
    {%- set statements = [] -%}
    {%- for privilege, grantees in grant_config.items() -%}
        {%- if grantees and support_multiple_grantees_per_dcl_statement() -%}
            {%- do statements.append(get_dcl_macro(relation, privilege, grantees)) -%}
        {%- else -%}
            {%- for grantee in grantees -%}
                {%- do statements.append(get_dcl_macro(relation, privilege, [grantee])) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{% macro call_dcl_statements(dcl_statement_list) -%}
    {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{%- endmacro %}

{# All in one go, so that they take effect together. #}
{% macro default__call_dcl_statements(dcl_statement_list) -%}
    {%- call statement('grants') -%}
        {%- for dcl_statement in dcl_statement_list %}
            {{ dcl_statement }};
        {%- endfor -%}
    {%- endcall -%}
{%- endmacro %}

{# Makes a relation's grants those of its configuration; without one they stay as they are. #}
{% macro apply_grants(relation, grant_config, should_revoke) -%}
    {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{%- endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=true) -%}
    {%- if grant_config -%}
        {%- set to_grant = grant_config -%}
        {%- set to_revoke = {} -%}
        {%- if should_revoke -%}
            {%- set present = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) -%}
            {%- set to_grant = diff_of_two_dicts(grant_config, present) -%}
            {%- set to_revoke = diff_of_two_dicts(present, grant_config) -%}
        {%- endif -%}
        {%- set statements = get_dcl_statement_list(relation, to_revoke, get_revoke_sql)
            + get_dcl_statement_list(relation, to_grant, get_grant_sql) -%}
        {%- if statements -%}
            {{ call_dcl_statements(statements) }}
        {%- else -%}
            {%- do log('On ' ~ relation.render() ~ ': All grants are in place, no revocation or granting needed.') -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
