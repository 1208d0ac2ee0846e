//! A change of the project, its surroundings or the warehouse.

use std::fs;

use crate::projects::case::Case;

/// What is changed before a build.
pub(super) enum Change {
    /// A text of a file becomes another.
    Edit(&'static str, &'static str, &'static str),
    /// A file has another content.
    Write(&'static str, &'static str),
    /// A file has another name.
    Rename(&'static str, &'static str),
    /// Somebody else's statements.
    Sql(&'static str),
    /// The build has these words more.
    Words(&'static str),
    /// The build has this variable in its environment.
    Environment(&'static str, &'static str),
}

impl Change {
    /// Makes the change and builds; then what was changed in files is as before.
    pub(super) fn build(&self, case: &Case, exit_code: i32) -> String {
        self.call(case, "build", exit_code)
    }

    /// The same with a call that builds a part.
    pub(super) fn call(&self, case: &Case, build: &str, exit_code: i32) -> String {
        let mut words = format!("{build} --explain-skip");
        let mut variable = None;
        let mut before = None;
        let mut renamed = None;
        match self {
            Change::Edit(path, from, to) => {
                let text = case.read(path);
                assert!(text.contains(from), "{path} has {from}");
                case.write(path, &text.replacen(from, to, 1));
                before = Some((path, Some(text)));
            }
            Change::Write(path, content) => {
                let text = fs::read_to_string(case.folder.join(path)).ok();
                case.write(path, content);
                before = Some((path, text));
            }
            Change::Rename(from, to) => {
                let [from, to] = [from, to].map(|path| case.folder.join(path));
                fs::rename(&from, &to).expect("is renamed");
                renamed = Some((from, to));
            }
            Change::Sql(statements) => by_hand(case, statements),
            Change::Words(more) => words = format!("{words} {more}"),
            Change::Environment(name, value) => variable = Some((name, value)),
        }
        let words = crate::projects::case::words(&words);
        let mut command = case.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        let output = command.output().expect("runs");
        let text = crate::warehouse::text_of(&output);
        assert_eq!(output.status.code(), Some(exit_code), "{text}");
        if let Some((from, to)) = renamed {
            fs::rename(to, from).expect("is renamed");
        }
        match before {
            Some((path, Some(content))) => case.write(path, &content),
            Some((path, None)) => fs::remove_file(case.folder.join(path)).expect("is removed"),
            None => {}
        }
        text
    }
}

/// Runs statements, and has them counted before the next build: a session that stays tells the server's counters with
/// a delay.
pub(super) fn by_hand(case: &Case, statements: &str) {
    case.execute(statements);
    case.execute(
        "do $$ begin
            if current_setting('server_version_num')::integer >= 150000 then
                perform pg_stat_force_next_flush();
            end if;
        end $$",
    );
}
