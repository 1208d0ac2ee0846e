//! The commands of a text that may hold several statements: how many, and what their tags are.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// How many words of a command are kept: enough for `CREATE UNLOGGED TABLE IF NOT EXISTS "a"."b"."c" AS`.
const MOST_WORDS: usize = 12;

/// The upper-case words that each statement of a text starts with, at most three; empty statements are none.
///
/// A text that does not tokenize is one statement of unknown words.
pub fn commands(sql: &str) -> Vec<Vec<String>> {
    let Ok(tokens) = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize() else {
        return vec![Vec::new()];
    };
    let mut commands: Vec<Vec<String>> = Vec::new();
    let mut is_open = false;
    for token in tokens {
        match token {
            Token::Whitespace(_) => {}
            Token::SemiColon => is_open = false,
            token => {
                if !is_open {
                    commands.push(Vec::new());
                    is_open = true;
                }
                if let (Some(words), Token::Word(word)) = (commands.last_mut(), token)
                    && words.len() < MOST_WORDS
                {
                    words.push(word.value.to_uppercase());
                }
            }
        }
    }
    commands
}

/// Where the commands of a text begin, in bytes; nothing where it does not tokenize.
pub fn command_starts(sql: &str) -> Vec<usize> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location();
    let lines: Vec<usize> = std::iter::once(0)
        .chain(sql.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let offset = |line: u64, column: u64| {
        let line = *lines.get(usize::try_from(line.checked_sub(1)?).ok()?)?;
        let characters = usize::try_from(column.checked_sub(1)?).ok()?;
        let (within, _) = sql.get(line..)?.char_indices().nth(characters)?;
        Some(line + within)
    };
    let mut starts = Vec::new();
    let mut is_open = false;
    for token in tokens.into_iter().flatten() {
        match token.token {
            Token::Whitespace(_) => {}
            Token::SemiColon => is_open = false,
            _ => {
                if !is_open {
                    let start = token.span.start;
                    starts.extend(offset(start.line, start.column));
                    is_open = true;
                }
            }
        }
    }
    starts
}

/// The server's command tag of a statement that starts with these words, without its row count.
pub fn tag(words: &[String]) -> String {
    let word = |position: usize| words.get(position).map_or("", String::as_str);
    match word(0) {
        "" => "OK".to_owned(),
        "REFRESH" => "REFRESH MATERIALIZED VIEW".to_owned(),
        "WITH" | "VALUES" | "TABLE" => "SELECT".to_owned(),
        "CREATE" => {
            let object = words
                .iter()
                .skip(1)
                .find(|word| {
                    !matches!(
                        word.as_str(),
                        "OR" | "REPLACE"
                            | "TEMPORARY"
                            | "TEMP"
                            | "UNLOGGED"
                            | "RECURSIVE"
                            | "UNIQUE"
                    )
                })
                .map_or("", String::as_str);
            match object {
                "MATERIALIZED" => "CREATE MATERIALIZED VIEW".to_owned(),
                object => format!("CREATE {object}").trim_end().to_owned(),
            }
        }
        "ALTER" | "DROP" if word(1) == "MATERIALIZED" => format!("{} MATERIALIZED VIEW", word(0)),
        "ALTER" | "DROP" => format!("{} {}", word(0), word(1)),
        first => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_counted_outside_of_texts() {
        let sql = "create table a as (select ';');; insert into a values ($$;$$); -- ;\n";
        let found = commands(sql);
        assert_eq!(found.len(), 2);
        assert_eq!(tag(&found[0]), "CREATE TABLE");
        assert_eq!(tag(&found[1]), "INSERT");
        assert!(commands(" ; -- nothing\n").is_empty());
    }

    #[test]
    fn tags_are_the_servers() {
        let of = |sql: &str| tag(&commands(sql)[0]);
        assert_eq!(of("with x as (select 1) select * from x"), "SELECT");
        assert_eq!(of("create or replace view v as select 1"), "CREATE VIEW");
        assert_eq!(
            of("create materialized view v as select 1"),
            "CREATE MATERIALIZED VIEW"
        );
        assert_eq!(of("drop table x"), "DROP TABLE");
    }
}
