//! Nothing that a template can name prints, lists or compares its way to the environment, or without an end.

use std::sync::Arc;

use super::differential::{context, engine, settings};
use super::{NodeContext, Shared};
use crate::source::SourceFile;
use crate::target::{Connection, Secret, Server};

const SECRET: &str = "hunter2hunter2";

/// Ways in which a value comes to be printed or looked through.
const USES: [&str; 22] = [
    "{{ X }}",
    "{{ X | string }}",
    "{{ [X] }}",
    "{{ {'a': X} }}",
    "{{ (X, 1) }}",
    "{{ X | tojson }}",
    "{{ tojson(X) }}",
    "{{ tojson({'a': [X]}) }}",
    "{{ toyaml(X) }}",
    "{{ X | pprint }}",
    "{{ X | list }}",
    "{{ X | length }}",
    "{{ X.items() | list }}",
    "{{ dict(X) }}",
    "{{ X == X }}{{ X != builtins }}{{ X in [X, context] }}",
    "{{ [X, builtins, context, adapter, X] | sort | length }}",
    "{{ [X, builtins, X] | unique | list }}",
    "{{ {X: 1} }}",
    "{% do log(X) %}{{ print(X) }}",
    "{{ config(given=X) }}{{ config.get('given') }}",
    "{% for key in X %}{{ key }}{{ X[key] }}{{ [X[key]] }}{% endfor %}",
    "{{ '%s' % X }}{{ '{}'.format(X) }}{{ X ~ '' }}",
];

/// What is reached by an attribute or a call of what has a name.
const REACHED: [&str; 21] = [
    "adapter.behavior",
    "adapter.behavior.any_flag",
    "adapter.config",
    "adapter.Relation",
    "adapter.dispatch('own')",
    "api.Relation",
    "api.Column",
    "api.Column.create('a', 'text')",
    "api.Relation.create(identifier='a')",
    "builtins.ref.config",
    "builtins.ref.config.vars",
    "config.get",
    "context.context",
    "context.builtins.builtins",
    "context.get('var')",
    "modules.datetime",
    "modules.re",
    "modules.itertools",
    "modules.pytz",
    "cycler(1, 2)",
    "joiner()",
];

fn shared() -> Arc<Shared> {
    let mut settings = settings();
    let name = "DBT_ENV_SECRET_TOKEN".to_owned();
    settings.environment.insert(name, SECRET.to_owned());
    let connection = Connection {
        host: "localhost".into(),
        port: 5432,
        user: "user".into(),
        password: Some(Secret::new(SECRET)),
        dbname: "db".into(),
        sslmode: None,
        sslrootcert: None,
        sslcert: None,
        sslkey: None,
        connect_timeout_seconds: 0,
        retries: 1,
        keepalives_idle_seconds: 0,
        role: None,
        search_path: None,
    };
    settings.target.server = Server::External(Box::new(connection));
    Arc::new(Shared::new(
        settings,
        "p".into(),
        Default::default(),
        Default::default(),
    ))
}

#[test]
fn no_object_prints_the_environment() {
    let engine =
        engine("{% macro own() %}1{% endmacro %}{% macro default__own() %}1{% endmacro %}");
    let shared = shared();
    let own = ["own", "p", "dbt", "exceptions", "own()"];
    let names = NodeContext::NAMES.iter().chain(&REACHED).chain(&own);
    let mut printed = 0;
    for name in names {
        for usage in USES {
            for execute in [true, false] {
                let template = usage.replace('X', name);
                let file = SourceFile::new("models/m.sql", template.as_str());
                let context = context(&engine, &shared);
                let context = Arc::new(NodeContext {
                    execute,
                    ..context.fresh()
                });
                let said = match engine.render(&file, 0..file.text.len(), &context) {
                    Ok(rendered) => rendered.text,
                    Err(error) => format!("{error:?}"),
                };
                printed += usize::from(!said.is_empty());
                let messages = format!("{:?}", context.captured());
                for text in [said, messages, format!("{context:?}{shared:?}")] {
                    assert!(!text.contains(SECRET), "{template}");
                    assert!(text.len() < 100_000, "{template}: {} bytes", text.len());
                }
            }
        }
    }
    assert!(printed > 2000, "{printed}");
}

#[test]
fn objects_print_a_name() {
    let (engine, shared) = (engine("{% macro own() %}{% endmacro %}"), shared());
    let template = "{{ config }} {{ var }} {{ context }} {{ builtins }} {{ adapter }} {{ api.Relation }} \
                    {{ [config, builtins] }} {{ adapter.behavior }} {{ modules }} {{ exceptions }} {{ own }}";
    let file = SourceFile::new("models/m.sql", template);
    let rendered = engine.render(&file, 0..file.text.len(), &context(&engine, &shared));
    insta::assert_snapshot!(rendered.unwrap().text, @"<RuntimeConfigObject> <RuntimeVar> <context> <builtins> <PostgresAdapter> <class 'Relation'> [<RuntimeConfigObject>, <builtins>] <Behavior> <modules> <exceptions> <macro own>");
}

#[test]
fn the_context_lists_what_it_holds() {
    let (engine, shared) = (engine(""), shared());
    let template = "{{ 'ref' in context }} {{ 'nothing' in builtins }} {{ builtins == builtins }} \
                    {{ context.keys() | list | length == context | list | length }} \
                    {{ dict(context)['context'] }} {{ builtins.items() | length > 20 }}";
    let file = SourceFile::new("models/m.sql", template);
    let rendered = engine.render(&file, 0..file.text.len(), &context(&engine, &shared));
    insta::assert_snapshot!(rendered.unwrap().text, @"True False True True {...} True");
}
