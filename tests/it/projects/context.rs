//! What templates are told beside their node: the graph, the selection, flags, and where their messages go.

use std::fs;

use crate::warehouse::Warehouse;

#[test]
fn templates_know_the_graph_and_the_selection() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nflags:\n  enable_truthy_nulls_equals_macro: true\n",
    );
    warehouse.write(
        "models/facts.yml",
        "sources: [{name: raw, tables: [{name: visits}]}]\nmodels: [{name: first, meta: {owner: ward}}]",
    );
    warehouse.write("models/first.sql", "select 1 as id");
    warehouse.write(
        "models/second.sql",
        "select '{{ graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | map(attribute='name') | join(' ') }}' as models,
        '{{ graph.sources.values() | map(attribute='identifier') | join }}' as sources,
        '{{ graph.nodes['model.test.first'].meta.owner if execute }}' as owner,
        '{{ selected_resources | join(' ') }}' as selected,
        '{{ dbt_metadata_envs.ward }} {{ invocation_args_dict.which }}' as outside,
        '{{ context.get('local_md5')('a') }} {{ context.get('nothing', 'none') }}' as looked_up,
        {{ equals('null', 'null') }} as are_equal -- {{ ref('first') }}",
    );
    let mut command = warehouse.command("run");
    command.env("DBT_ENV_CUSTOM_ENV_ward", "north");
    let output = command.args(["-s", "second", "first"]).output();
    let output = output.expect("runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        warehouse.lines(
            "select concat_ws('|', models, sources, owner, selected, outside, looked_up, are_equal)
            from public.second"
        ),
        "first second|visits|ward|model.test.first model.test.second|north run\
        |0cc175b9c0f1b6a831c399e269772661 none|t"
    );
}

#[test]
fn what_templates_say_has_its_level() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "models/speaks.sql",
        "{% do log('quietly') %}{% do log('aloud', info=true) %}{% do exceptions.warn('beware') %}
        {% do print('printed') %} select 1 as id",
    );
    let shown = warehouse.run("run");
    assert!(!shown.contains("quietly"), "{shown}");
    for said in ["aloud", "beware", "\nprinted\n"] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    let log = fs::read_to_string(warehouse.folder.path().join("logs/dbt.log"));
    assert!(log.expect("is read").contains("quietly"));
}

#[test]
fn snapshots_may_name_their_own_columns() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nsnapshots:\n  test:\n    +snapshot_meta_column_names:\n      \
        dbt_valid_to: until\n      dbt_scd_id: version\n",
    );
    let config = "strategy='timestamp', unique_key='id', updated_at='updated_at'";
    warehouse.write(
        "snapshots/visits.sql",
        format!(
            "{{% snapshot visits %}}{{{{ config({config}) }}}}
            select 1 as id, timestamp '2026-01-01' as updated_at{{% endsnapshot %}}"
        ),
    );
    warehouse.run("snapshot");
    warehouse.run("snapshot");
    let columns = "select string_agg(attname, ' ' order by attnum) from pg_attribute
        where attrelid = 'public.visits'::regclass and attnum > 0";
    assert_eq!(
        warehouse.value(columns),
        "id updated_at version dbt_updated_at dbt_valid_from until"
    );
    warehouse.query("alter table public.visits rename column until to ended");
    let said = warehouse.fail("snapshot");
    assert!(
        said.contains("Snapshot target is missing configured columns (missing \"until\")"),
        "{said}"
    );
}

#[test]
fn a_configuration_may_name_what_validates_it() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let model = |validator: &str| {
        let model = format!(
            "{{{{ config(kind='north') }}}} select '{{{{ config.get('kind', 'south', validator={validator}) }}}}' as kind,
            '{{{{ config.get('kind', validator=validation.any[basestring, list]) }}}}' as unchecked,
            '{{{{ config.require('kind', validator=validation.any('north')) }}}}' as required"
        );
        warehouse.write("models/validated.sql", model);
    };
    model("validation.any('north', 'east')");
    warehouse.run("run");
    assert_eq!(
        warehouse.lines("select concat_ws('|', kind, unchecked, required) from public.validated"),
        "north|north|north"
    );
    model("validation.any('east', 'west')");
    let failed = warehouse.fail("run");
    let said = "Expected value \"north\" to be one of east,west";
    assert!(failed.contains(said), "{failed}");
    model("validation.any[basestring]");
    let failed = warehouse.fail("run");
    assert!(failed.contains("validator"), "{failed}");
}

#[test]
fn a_configuration_has_dbts_defaults_and_model_tells_what_the_node_uses() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("models/first.sql", "select 1 as id");
    warehouse.write(
        "macros/told.sql",
        "{% macro told() %}{{ model.depends_on.nodes }} {{ model.refs }} {{ model.sources }} {{ model.checksum.name }}
        {{- ' ' ~ model.docs.show ~ ' ' ~ model.depends_on.macros }}{% endmacro %}
        {% materialization telling, default %}
            {% call statement('main') %}create table {{ this }} as select $${{ told() }}$$ as told{% endcall %}
            {{ adapter.commit() }}
            {{ return({'relations': [this.incorporate(type='table')]}) }}
        {% endmaterialization %}",
    );
    let names = "['enabled', 'grants', 'on_schema_change', 'access', 'lookback', 'alias', 'post-hook', 'nothing']";
    warehouse.write(
        "models/second.sql",
        format!(
            "{{{{ config(post_hook='select 2') }}}}
            select $${{% for name in {names} %}}{{{{ config.get(name, 'default') }}}} {{% endfor %}}$$ as found,
            $${{{{ config.get('contract').enforced }}}} {{{{ model.config.enabled }}}} {{{{ model.config['post-hook'][0].sql }}}}
            {{{{- ' ' ~ ('alias' in model.config) }}}}$$ as stated,
            $${{{{ told() }}}}$$ as told from {{{{ ref('first') }}}}"
        ),
    );
    warehouse.write(
        "models/third.sql",
        "{{ config(materialized='telling') }} select * from {{ ref('second') }}",
    );
    warehouse.run("run");
    let lines = warehouse.lines("select concat_ws(E'\\n', found, stated, told) from public.second");
    insta::assert_snapshot!(lines, @r"
    True {} ignore protected 1 None default default 
    False True select 2 False
    ['model.test.first'] [{'name': 'first'}] [] sha256 True ['macro.test.told']
    ");
    insta::assert_snapshot!(
        warehouse.value("select told from public.third"),
        @"['model.test.second'] [{'name': 'second'}] [] sha256 True []"
    );
}
