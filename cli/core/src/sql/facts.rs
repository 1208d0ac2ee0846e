//! What a query's tokens tell without a server: its text without layout, what it calls, what it reads.
//!
//! Tokens are enough, and a text that the parser does not know has them too. Where they leave a doubt the answer is
//! the careful one: a name too many is asked of the server, which knows that it is none of a relation.

use std::collections::BTreeSet;

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Whitespace, Word};

/// A name as it is written: its parts, folded as PostgreSQL folds them.
pub type WrittenName = Vec<String>;

/// What a text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlFacts {
    /// The tokens without comments and white space.
    pub normal: String,
    /// What gives another answer each time although nothing was changed: `now()`.
    pub volatile: BTreeSet<String>,
    /// Names that stand before a parenthesis.
    pub calls: BTreeSet<WrittenName>,
    /// Names behind a period that are no calls: columns, and functions in the notation `row.function`.
    pub attributes: BTreeSet<String>,
    /// Names of relations that are read, without those of common table expressions.
    pub reads: BTreeSet<WrittenName>,
}

/// Words of the grammar that are calls without parentheses.
const BARE_CALLS: [&str; 11] = [
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "system_user",
    "user",
    "current_role",
    "current_catalog",
];
/// Functions of PostgreSQL's own that answer by the clock, the session, chance, or what they did before. The server
/// calls most of them stable, so that it cannot be asked.
const CHANGING_CALLS: [&str; 34] = [
    "now",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "timeofday",
    "random",
    "random_normal",
    "setseed",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "nextval",
    "currval",
    "lastval",
    "setval",
    "current_setting",
    "set_config",
    "current_schema",
    "current_schemas",
    "current_database",
    "current_query",
    "txid_current",
    "txid_current_if_assigned",
    "txid_current_snapshot",
    "pg_current_xact_id",
    "pg_current_xact_id_if_assigned",
    "pg_current_snapshot",
    "pg_current_wal_lsn",
    "pg_backend_pid",
    "pg_postmaster_start_time",
    "inet_client_addr",
    "version",
    "query_to_xml",
    "dblink",
];
/// Functions of PostgreSQL's own that tell of the catalogue, of rights or of files, which change unseen.
const CATALOGUE_CALLS: [&str; 16] = [
    "col_description",
    "cursor_to_xml",
    "database_to_xml",
    "format_type",
    "icu_unicode_version",
    "inet_client_port",
    "inet_server_addr",
    "inet_server_port",
    "lo_get",
    "obj_description",
    "query_to_xmlschema",
    "row_security_active",
    "schema_to_xml",
    "shobj_description",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
];
/// Of those whose names begin with `pg_` the ones that answer by their arguments alone.
const PURE_CALLS: [&str; 8] = [
    "pg_char_to_encoding",
    "pg_client_encoding",
    "pg_column_size",
    "pg_encoding_to_char",
    "pg_input_is_valid",
    "pg_size_bytes",
    "pg_size_pretty",
    "pg_typeof",
];
/// Types whose values are found in the catalogue when a text becomes one.
const CATALOGUE_TYPES: [&str; 9] = [
    "regclass",
    "regcollation",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
];
/// Texts that are moments of the clock where they become a date or a time.
const MOMENTS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];
const TIME_TYPES: [&str; 5] = ["date", "time", "timestamp", "timestamptz", "timetz"];
/// Words after which a list of relations has ended.
const ENDS_OF_FROM: [&str; 14] = [
    "where",
    "group",
    "order",
    "having",
    "limit",
    "offset",
    "fetch",
    "window",
    "union",
    "intersect",
    "except",
    "select",
    "for",
    "returning",
];
/// Functions with a `from` of their own between their parentheses.
const FROM_WITHIN: [&str; 5] = ["extract", "substring", "trim", "overlay", "position"];

/// Whether a function of PostgreSQL's own answers by the catalogue.
fn asks_catalogue(name: &str) -> bool {
    CATALOGUE_CALLS.contains(&name)
        || (name.starts_with("pg_") && !PURE_CALLS.contains(&name))
        || name.starts_with("to_reg")
        || (name.starts_with("has_") && name.ends_with("_privilege"))
}

/// Reads a text; `None` when it does not fall into tokens.
pub fn facts(sql: &str) -> Option<SqlFacts> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().ok()?;
    let mut facts = SqlFacts::default();
    let mut kept = Vec::with_capacity(tokens.len());
    for token in tokens {
        match &token {
            // a comment that speaks to the planner is none
            Token::Whitespace(Whitespace::MultiLineComment(text)) if text.starts_with('+') => {
                facts.normal.push_str(text);
            }
            Token::Whitespace(_) => {}
            _ => {
                append(&mut facts.normal, &token);
                kept.push(token);
            }
        }
    }
    // what ends a statement is no part of it
    while kept.last() == Some(&Token::SemiColon) {
        kept.pop();
        facts.normal.truncate(facts.normal.len() - 2);
    }
    Reader {
        tokens: &kept,
        frames: vec![Frame::default()],
        expressions: BTreeSet::new(),
        is_recursive: false,
        facts: &mut facts,
    }
    .read();
    Some(facts)
}

/// A template's text without comments and runs of white space. Comments that hold a template of their own stay, and in
/// a text that does not fall into tokens all of them.
pub fn without_layout(template: &str) -> String {
    let mut text = String::new();
    match Tokenizer::new(&PostgreSqlDialect {}, template).tokenize() {
        Ok(tokens) => {
            for token in tokens {
                match &token {
                    Token::Whitespace(
                        Whitespace::SingleLineComment { comment, .. }
                        | Whitespace::MultiLineComment(comment),
                    ) if comment.contains('{') => text.push_str(comment),
                    Token::Whitespace(_) => {}
                    token => append(&mut text, token),
                }
            }
        }
        Err(_) => {
            for word in template.split_whitespace() {
                text.push('\u{1f}');
                text.push_str(word);
            }
        }
    }
    text
}

/// A token behind a separator that no token holds.
fn append(text: &mut String, token: &Token) {
    text.push('\u{1f}');
    match token {
        Token::Word(Word {
            value,
            quote_style: None,
            ..
        }) => text.push_str(&value.to_lowercase()),
        token => text.push_str(&token.to_string()),
    }
}

/// What stands between two parentheses.
#[derive(Debug, Default)]
struct Frame {
    in_from: bool,
    /// A relation comes next.
    expects: bool,
    /// The common table expression that it defines.
    defines: Option<String>,
    /// Whether its `from` is a function's.
    is_call: bool,
    commas: usize,
    /// The function that it belongs to.
    called: Option<String>,
    /// The word before it.
    before: Option<String>,
}

struct Reader<'text> {
    tokens: &'text [Token],
    frames: Vec<Frame>,
    /// Common table expressions defined so far.
    expressions: BTreeSet<String>,
    is_recursive: bool,
    facts: &'text mut SqlFacts,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut position = 0;
        while let Some(token) = self.tokens.get(position) {
            position = match token {
                Token::Word(word) => self.word(position, word),
                Token::LParen => {
                    self.open(position);
                    position + 1
                }
                Token::RParen => {
                    self.close();
                    position + 1
                }
                Token::Comma => {
                    let frame = self.frame();
                    frame.commas += 1;
                    frame.expects = frame.in_from;
                    position + 1
                }
                Token::SingleQuotedString(text) => {
                    self.text(position, text);
                    position + 1
                }
                _ => position + 1,
            };
        }
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            // a parenthesis too many: the server will say so
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn token(&self, position: usize) -> Option<&Token> {
        self.tokens.get(position)
    }

    /// The unquoted word at a place, in lower case.
    fn keyword(&self, position: Option<usize>) -> Option<String> {
        match self.token(position?)? {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_lowercase()),
            _ => None,
        }
    }

    /// Reads a word, with the parts of its name that follow; gives the place behind them.
    fn word(&mut self, position: usize, word: &Word) -> usize {
        let before = self.keyword(position.checked_sub(1));
        let after_period = position > 0 && self.token(position - 1) == Some(&Token::Period);
        let keyword = match word.quote_style {
            None if !after_period => Some(word.value.to_lowercase()),
            _ => None,
        };
        let (name, next) = self.name(position);
        let is_call = self.token(next) == Some(&Token::LParen);
        if let Some(keyword) = keyword.as_deref().filter(|_| name.len() == 1) {
            if self.structure(keyword, before.as_deref(), position) {
                return position + 1;
            }
            if BARE_CALLS.contains(&keyword) && before.as_deref() != Some("as") {
                self.facts.volatile.insert(keyword.to_owned());
            }
            // a text is looked up in the catalogue
            let is_cast = before.as_deref() == Some("as")
                || (position > 0 && self.token(position - 1) == Some(&Token::DoubleColon));
            if is_cast && CATALOGUE_TYPES.contains(&keyword) {
                self.facts.volatile.insert(format!("a cast to {keyword}"));
            }
            // rows by chance, and in a function's body statements that are not there to be read
            if keyword == "tablesample" || keyword == "execute" {
                self.facts.volatile.insert(keyword.to_owned());
            }
        }
        let frame = self.frame();
        let is_read = std::mem::take(&mut frame.expects);
        if is_call {
            self.call(&name);
        } else if is_read {
            let is_expression = name.len() == 1 && self.expressions.contains(&name[0]);
            if !is_expression {
                self.facts.reads.insert(name);
            }
        } else if (after_period || name.len() > 1)
            && let Some(attribute) = name.last()
        {
            self.facts.attributes.insert(attribute.clone());
        }
        next
    }

    /// Follows the words that open and end lists of relations; `false` for any other word.
    fn structure(&mut self, keyword: &str, before: Option<&str>, position: usize) -> bool {
        match keyword {
            "recursive" => self.is_recursive = true,
            "from" | "using" if before == Some("distinct") || self.frame().is_call => {}
            "from" | "join" => {
                let frame = self.frame();
                frame.in_from = true;
                frame.expects = true;
            }
            "only" | "lateral" if self.frame().expects => {}
            "table" => {
                let is_command = matches!(self.token(position + 1), Some(Token::Word(_)));
                self.frame().expects = is_command;
            }
            _ if ENDS_OF_FROM.contains(&keyword) => {
                let frame = self.frame();
                frame.in_from = false;
                frame.expects = false;
            }
            _ => return false,
        }
        true
    }

    /// The parts of a name from a place on, and the place behind them.
    fn name(&self, start: usize) -> (WrittenName, usize) {
        let mut parts = Vec::new();
        let mut position = start;
        while let Some(Token::Word(word)) = self.token(position) {
            parts.push(match word.quote_style {
                None => word.value.to_lowercase(),
                Some(_) => word.value.clone(),
            });
            let goes_on = self.token(position + 1) == Some(&Token::Period)
                && matches!(self.token(position + 2), Some(Token::Word(_)));
            if !goes_on {
                return (parts, position + 1);
            }
            position += 2;
        }
        (parts, position.max(start + 1))
    }

    fn call(&mut self, name: &[String]) {
        let own = match name {
            [name] => Some(name),
            [schema, name] if schema == "pg_catalog" => Some(name),
            _ => None,
        };
        if let Some(own) = own
            && (CHANGING_CALLS.contains(&own.as_str()) || asks_catalogue(own))
        {
            self.facts.volatile.insert(format!("{own}()"));
        }
        self.facts.calls.insert(name.to_vec());
    }

    fn open(&mut self, position: usize) {
        let before = position.checked_sub(1);
        let called = match before.and_then(|before| self.token(before)) {
            Some(Token::Word(word)) => Some(word.value.to_lowercase()),
            _ => None,
        };
        let defines = self.defined(position);
        if let Some(name) = defines.as_ref().filter(|_| self.is_recursive) {
            self.expressions.insert(name.clone());
        }
        let frame = self.frame();
        let in_from = std::mem::take(&mut frame.expects);
        self.frames.push(Frame {
            in_from,
            expects: in_from,
            defines,
            is_call: called
                .as_deref()
                .is_some_and(|name| FROM_WITHIN.contains(&name)),
            commas: 0,
            before: called.clone(),
            called,
        });
    }

    /// The expression that a parenthesis defines: `x as (`, `x (a, b) as materialized (`.
    fn defined(&self, position: usize) -> Option<String> {
        let mut back = position.checked_sub(1)?;
        while matches!(
            self.keyword(Some(back)).as_deref(),
            Some("materialized" | "not")
        ) {
            back = back.checked_sub(1)?;
        }
        if self.keyword(Some(back)).as_deref() != Some("as") {
            return None;
        }
        back = back.checked_sub(1)?;
        if self.token(back) == Some(&Token::RParen) {
            while self.token(back)? != &Token::LParen {
                back = back.checked_sub(1)?;
            }
            back = back.checked_sub(1)?;
        }
        match self.token(back)? {
            Token::Word(_) => self.name(back).0.pop(),
            _ => None,
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        self.expressions.extend(frame.defines);
        // with one argument it counts from today
        if frame.called.as_deref() == Some("age") && frame.commas == 0 {
            self.facts.volatile.insert("age()".to_owned());
        }
        self.frame().expects = false;
    }

    /// `'now'::timestamp`, `date 'today'`, `cast('now' as date)`
    fn text(&mut self, position: usize, text: &str) {
        let text = text.trim().to_lowercase();
        if !MOMENTS.contains(&text.as_str()) {
            return;
        }
        let before = self.keyword(position.checked_sub(1));
        let is_cast = self.token(position + 1) == Some(&Token::DoubleColon)
            || self.frame().before.as_deref() == Some("cast")
            || before.is_some_and(|word| TIME_TYPES.contains(&word.as_str()));
        if is_cast {
            self.facts.volatile.insert(format!("'{text}'"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &BTreeSet<WrittenName>) -> Vec<String> {
        found.iter().map(|name| name.join(".")).collect()
    }

    fn reads(sql: &str) -> Vec<String> {
        names(&facts(sql).expect("tokens").reads)
    }

    fn volatile(sql: &str) -> Vec<String> {
        facts(sql).expect("tokens").volatile.into_iter().collect()
    }

    #[test]
    fn layout_is_no_part_of_a_query() {
        let normal = |sql: &str| facts(sql).expect("tokens").normal;
        let plain = normal("select a, 'B c' from t where x = 1");
        assert_eq!(
            plain,
            normal("-- why\nSELECT a,'B c'\n/* and */ FROM t\nwhere x=1 ;\n")
        );
        for other in [
            "select a, 'B  c' from t where x = 1",
            "select a, 'b c' from t where x = 1",
            "select \"A\", 'B c' from t where x = 1",
            "select a, 'B c' from t where x = 11",
            "/*+ SeqScan(t) */ select a, 'B c' from t where x = 1",
        ] {
            assert_ne!(plain, normal(other), "{other}");
        }
    }

    #[test]
    fn relations_are_found_where_they_are_read() {
        assert_eq!(
            reads(
                "with a as (select * from raw.a), b (x) as (select 1 from a) select * from a, b, only C join \"D\".e on a.x = b.x, lateral f(1), (select 1 from g) h, (i cross join j) where 1 in (select k from l)"
            ),
            ["D.e", "c", "g", "i", "j", "l", "raw.a"]
        );
        assert_eq!(
            reads("with patients as (select * from patients) select * from patients"),
            ["patients"]
        );
        assert!(
            reads("with recursive t as (select 1 union all select * from t) select * from t")
                .is_empty()
        );
        assert!(
            reads("select extract(year from x), trim(both from y), a is distinct from b")
                .is_empty()
        );
        assert_eq!(
            reads(
                "select 1 from a where x is not distinct from y union select 2 from b order by from_x, c"
            ),
            ["a", "b"]
        );
        assert_eq!(reads("(table a)"), ["a"]);
    }

    #[test]
    fn what_changes_by_itself_is_found() {
        assert_eq!(
            volatile("select NOW(), current_date, pg_catalog.random()"),
            ["current_date", "now()", "random()"]
        );
        assert_eq!(
            volatile("select 'now'::timestamp, date 'today', cast('tomorrow' as date), age(born)"),
            ["'now'", "'today'", "'tomorrow'", "age()"]
        );
        assert!(volatile("select a.user, 1 as user, 'now' as word, age(a, b), my.now(), \"current_date\" -- now()").is_empty());
        assert_eq!(
            volatile("select user from t tablesample system (1)"),
            ["tablesample", "user"]
        );
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            ")",
            "((",
            "from",
            "from from",
            "as (",
            ") as (",
            "'",
            ". (",
            "a.",
            "from a.",
        ] {
            let _read = facts(text);
        }
    }
}
