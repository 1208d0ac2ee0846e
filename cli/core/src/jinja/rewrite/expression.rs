//! Reads Jinja's expressions with Jinja2's grammar and notes what has to be written otherwise for minijinja.
//!
//! Only insertions and replacements are noted; nothing is evaluated. Code that is not understood yields no
//! edit at all, and minijinja says what is wrong with it.

use super::offset_map::Edits;
use super::token::{Token, TokenKind};

/// Filters whose result is a list in Python, and becomes a list that can change.
const LISTS: [&str; 15] = [
    "list",
    "sort",
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "unique",
    "batch",
    "slice",
    "reverse",
    "items",
    "dictsort",
    "groupby",
    "split",
];

/// How deep brackets and operators may nest.
const DEPTH: usize = 120;

/// What an expression is, as far as the statement around it must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A number, text, list or mapping as it stands, whose value is as Python has it.
    Literal,
    /// A name, or one with attributes.
    Path,
    /// A call.
    Call,
    /// Anything else.
    Other,
}

/// An expression that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) shape: Shape,
}

/// Reads expressions from tokens.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) position: usize,
    pub(super) edits: &'a mut Edits,
    pub(super) depth: usize,
}

impl Reader<'_> {
    /// The text of the token that comes next.
    pub(super) fn next(&self) -> &str {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> &str {
        self.tokens
            .get(self.position + count)
            .map_or("", |token| &self.text[token.range.clone()])
    }

    fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.position).map(|token| token.kind)
    }

    fn start(&self) -> usize {
        self.tokens
            .get(self.position)
            .map_or(self.text.len(), |token| token.range.start)
    }

    /// The end of the token before.
    pub(super) fn end(&self) -> usize {
        match self.position.checked_sub(1) {
            Some(last) => self.tokens[last].range.end,
            None => self.start(),
        }
    }

    pub(super) fn at_end(&self) -> bool {
        self.position >= self.tokens.len()
    }

    /// Steps over the token if it comes next.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let found = self.next() == text && self.kind() != Some(TokenKind::Text);
        self.position += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, text: &str) -> Option<()> {
        self.skip(text).then_some(())
    }

    pub(super) fn name(&mut self) -> Option<&str> {
        let at = self.position;
        (self.kind() == Some(TokenKind::Name)).then(|| self.position += 1)?;
        Some(&self.text[self.tokens[at].range.clone()])
    }

    fn expression(&self, start: usize, shape: Shape) -> Expression {
        Expression {
            start,
            end: self.end(),
            shape,
        }
    }

    /// An expression, or several with commas between, which are a tuple.
    pub(super) fn tuple(&mut self, conditional: bool) -> Option<Expression> {
        let start = self.start();
        let first = self.any(conditional)?;
        if self.next() != "," {
            return Some(first);
        }
        while self.skip(",") {
            if self.at_end() || matches!(self.next(), ")" | "]" | "}" | "=" | "if" | "recursive") {
                break;
            }
            self.any(conditional)?;
        }
        let end = self.end();
        self.edits.open(start, "(");
        self.edits.close(end, ")");
        Some(self.expression(start, Shape::Other))
    }

    fn any(&mut self, conditional: bool) -> Option<Expression> {
        if conditional {
            self.conditional()
        } else {
            self.logic()
        }
    }

    /// `a if b else c`
    pub(super) fn conditional(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let mut expression = self.logic()?;
        while self.skip("if") {
            self.logic()?;
            if self.skip("else") {
                self.conditional()?;
            }
            expression = self.expression(expression.start, Shape::Other);
        }
        self.depth -= 1;
        Some(expression)
    }

    /// `or`, `and`, `not` and comparisons, which need no change.
    fn logic(&mut self) -> Option<Expression> {
        let start = self.start();
        let mut negated = false;
        while self.skip("not") {
            negated = true;
        }
        let mut expression = self.comparison()?;
        if negated {
            expression.shape = Shape::Other;
        }
        while matches!(self.next(), "or" | "and") && self.kind() == Some(TokenKind::Name) {
            self.position += 1;
            while self.skip("not") {}
            self.comparison()?;
            expression = self.expression(start, Shape::Other);
        }
        Some(expression)
    }

    /// Comparisons; one that asks for an order fails for values that have none.
    fn comparison(&mut self) -> Option<Expression> {
        let first = self.sum()?;
        let ordering = match (self.kind(), self.next()) {
            (Some(TokenKind::Sign), "<") => Some("|py_lt("),
            (Some(TokenKind::Sign), "<=") => Some("|py_le("),
            (Some(TokenKind::Sign), ">") => Some("|py_gt("),
            (Some(TokenKind::Sign), ">=") => Some("|py_ge("),
            (Some(TokenKind::Sign), "==") => Some("|py_eq("),
            (Some(TokenKind::Sign), "!=") => Some("|py_ne("),
            _ => None,
        };
        let sign = self
            .tokens
            .get(self.position)
            .map(|token| token.range.clone());
        let mut count = 0;
        let mut last = first;
        loop {
            let skipped = match self.next() {
                _ if self.kind() == Some(TokenKind::Text) => break,
                "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" => 1,
                "not" if self.ahead(1) == "in" => 2,
                _ => break,
            };
            self.position += skipped;
            last = self.sum()?;
            count += 1;
        }
        if count == 0 {
            return Some(first);
        }
        // texts and words such as `none` equal what they equal in minijinja
        let is_equality = matches!(ordering, Some("|py_eq(" | "|py_ne("));
        let is_plain = |side: Expression| {
            let start = &self.text[side.start..];
            side.shape == Shape::Literal
                && !start.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        };
        let stays = is_equality && (is_plain(first) || is_plain(last));
        // so does a chain such as `1 < a < 5`
        if let (1, Some(filter), Some(sign), false) = (count, ordering, sign, stays) {
            self.edits.open(first.start, "((");
            self.edits.close(first.end, ")");
            self.edits.replace(sign, filter);
            self.edits.close(last.end, "))");
        }
        Some(self.expression(first.start, Shape::Other))
    }

    /// `+` and `-`
    fn sum(&mut self) -> Option<Expression> {
        self.chain(
            &[("+", "|py_add("), ("-", "|py_sub(")],
            Reader::concatenation,
        )
    }

    /// `~`, which minijinja does as Python does.
    fn concatenation(&mut self) -> Option<Expression> {
        let first = self.product()?;
        if self.next() != "~" {
            return Some(first);
        }
        while self.skip("~") {
            self.product()?;
        }
        Some(self.expression(first.start, Shape::Other))
    }

    /// `*`, `/`, `//` and `%`
    fn product(&mut self) -> Option<Expression> {
        self.chain(
            &[
                ("*", "|py_mul("),
                ("/", "|py_div("),
                ("//", "|py_floordiv("),
                ("%", "|py_mod("),
            ],
            Reader::power,
        )
    }

    fn power(&mut self) -> Option<Expression> {
        self.chain(&[("**", "|py_pow(")], Reader::unary)
    }

    /// Operators of one rank, which become a chain of filters: nothing nests.
    fn chain(
        &mut self,
        operators: &[(&str, &'static str)],
        operand: fn(&mut Self) -> Option<Expression>,
    ) -> Option<Expression> {
        let first = operand(self)?;
        let operator = |reader: &Self| {
            let next = reader.next();
            operators.iter().find(|(sign, _)| *sign == next).copied()
        };
        if operator(self).is_none() || self.kind() == Some(TokenKind::Text) {
            return Some(first);
        }
        self.edits.open(first.start, "((");
        self.edits.close(first.end, ")");
        while let Some((_, filter)) = operator(self) {
            if self.kind() == Some(TokenKind::Text) {
                break;
            }
            let range = self.tokens[self.position].range.clone();
            self.edits.replace(range, filter);
            self.position += 1;
            let right = operand(self)?;
            self.edits.close(right.end, ")");
        }
        let whole = self.expression(first.start, Shape::Other);
        self.edits.close(whole.end, ")");
        // outermost at this place, whatever the operands opened here
        Some(whole)
    }

    fn unary(&mut self) -> Option<Expression> {
        let expression = self.signed()?;
        self.filters(expression)
    }

    fn signed(&mut self) -> Option<Expression> {
        let start = self.start();
        let sign = self.next();
        if self.kind() == Some(TokenKind::Sign) && (sign == "-" || sign == "+") {
            let range = self.tokens[self.position].range.clone();
            let plus = sign == "+";
            self.depth += 1;
            if self.depth > DEPTH {
                return None;
            }
            self.position += 1;
            let operand = self.signed()?;
            self.depth -= 1;
            if plus {
                self.edits.replace(range, " ");
            } else if operand.shape != Shape::Literal {
                self.edits.replace(range, "(");
                self.edits.close(operand.end, "|py_neg)");
            }
            let shape = if operand.shape == Shape::Literal {
                Shape::Literal
            } else {
                Shape::Other
            };
            return Some(self.expression(start, shape));
        }
        let primary = self.primary()?;
        self.postfix(primary)
    }

    fn primary(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let start = self.start();
        let shape = match (self.kind()?, self.next()) {
            (TokenKind::Name, name) => {
                if matches!(name, "in" | "is" | "and" | "or" | "if" | "else") {
                    return None;
                }
                let literal = matches!(name, "true" | "True" | "false" | "False" | "none" | "None");
                self.position += 1;
                if literal { Shape::Literal } else { Shape::Path }
            }
            (TokenKind::Number, _) => {
                self.position += 1;
                Shape::Literal
            }
            (TokenKind::Text, _) => {
                while self.kind() == Some(TokenKind::Text) {
                    self.escapes();
                    self.position += 1;
                }
                Shape::Literal
            }
            (TokenKind::Sign, "(") => {
                self.position += 1;
                while !self.skip(")") {
                    self.conditional()?;
                    if !self.skip(",") {
                        self.expect(")")?;
                        break;
                    }
                }
                Shape::Other
            }
            (TokenKind::Sign, "[") => {
                self.position += 1;
                while !self.skip("]") {
                    self.conditional()?;
                    if !self.skip(",") {
                        self.expect("]")?;
                        break;
                    }
                }
                self.wrap(start, "(", "|py_list)")
            }
            (TokenKind::Sign, "{") => {
                self.position += 1;
                while !self.skip("}") {
                    self.conditional()?;
                    self.expect(":")?;
                    self.conditional()?;
                    if !self.skip(",") {
                        self.expect("}")?;
                        break;
                    }
                }
                self.wrap(start, "(", "|py_dict)")
            }
            _ => return None,
        };
        self.depth -= 1;
        Some(self.expression(start, shape))
    }

    fn wrap(&mut self, start: usize, open: &'static str, close: &'static str) -> Shape {
        let end = self.end();
        self.edits.open(start, open);
        self.edits.close(end, close);
        Shape::Literal
    }

    /// Python knows no escape `\/`, and leaves an unknown one as it stands.
    fn escapes(&mut self) {
        let range = self.tokens[self.position].range.clone();
        let bytes = &self.text.as_bytes()[range.clone()];
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'\\' {
                if bytes.get(at + 1) == Some(&b'/') {
                    self.edits.open(range.start + at, "\\");
                } else if bytes.get(at + 1) == Some(&b'\n') {
                    self.edits
                        .replace(range.start + at..range.start + at + 1, "");
                }
                at += 1;
            }
            at += 1;
        }
    }

    fn postfix(&mut self, primary: Expression) -> Option<Expression> {
        let start = primary.start;
        let mut shape = primary.shape;
        loop {
            if self.kind() != Some(TokenKind::Sign) {
                break;
            }
            match self.next() {
                "." => {
                    self.position += 1;
                    match self.kind()? {
                        TokenKind::Name | TokenKind::Number => self.position += 1,
                        _ => return None,
                    }
                    shape = if shape == Shape::Path {
                        Shape::Path
                    } else {
                        Shape::Other
                    };
                }
                "[" => {
                    self.position += 1;
                    if self.subscript()? {
                        let end = self.end();
                        self.edits.open(start, "(");
                        self.edits.close(end, "|py_slice)");
                    }
                    shape = Shape::Other;
                }
                "(" => {
                    self.arguments()?;
                    shape = Shape::Call;
                }
                _ => break,
            }
        }
        Some(self.expression(start, shape))
    }

    /// What stands between `[` and `]`; true for a slice.
    fn subscript(&mut self) -> Option<bool> {
        let mut slice = false;
        let start = self.start();
        let mut items = 0;
        loop {
            if self.skip("]") {
                break;
            }
            if self.skip(":") {
                slice = true;
            } else if self.skip(",") {
                if slice {
                    return None;
                }
            } else {
                self.conditional()?;
                items += 1;
            }
        }
        if !slice && items > 1 {
            let end = self.end() - 1;
            self.edits.open(start, "(");
            self.edits.close(end, ")");
        }
        Some(slice)
    }

    /// `(a, *b, c=d, **e)`
    pub(super) fn arguments(&mut self) -> Option<()> {
        self.expect("(")?;
        while !self.skip(")") {
            if self.kind() == Some(TokenKind::Name) && self.ahead(1) == "=" {
                self.position += 2;
            } else if matches!(self.next(), "*" | "**") && self.kind() == Some(TokenKind::Sign) {
                self.position += 1;
            }
            self.conditional()?;
            if !self.skip(",") {
                self.expect(")")?;
                break;
            }
        }
        Some(())
    }

    /// Filters and tests behind an operand.
    fn filters(&mut self, mut expression: Expression) -> Option<Expression> {
        let start = expression.start;
        loop {
            if self.kind() == Some(TokenKind::Sign) && self.skip("|") {
                let mut is_list = {
                    let name = self.name()?;
                    LISTS.contains(&name)
                };
                while self.skip(".") {
                    self.name()?;
                    is_list = false;
                }
                if self.next() == "(" {
                    self.arguments()?;
                }
                if is_list {
                    let end = self.end();
                    self.edits.close(end, "|py_slice");
                }
            } else if self.kind() == Some(TokenKind::Name) && self.skip("is") {
                self.skip("not");
                self.name()?;
                while self.skip(".") {
                    self.name()?;
                }
                self.test_argument()?;
            } else {
                return Some(expression);
            }
            expression = self.expression(start, Shape::Other);
        }
    }

    fn test_argument(&mut self) -> Option<()> {
        match (self.kind(), self.next()) {
            (_, "(") => self.arguments(),
            (
                Some(TokenKind::Name),
                "and" | "or" | "else" | "is" | "if" | "in" | "not" | "recursive",
            ) => Some(()),
            (Some(TokenKind::Name | TokenKind::Number | TokenKind::Text), _)
            | (Some(TokenKind::Sign), "[" | "{") => {
                let primary = self.primary()?;
                self.postfix(primary).map(|_| ())
            }
            _ => Some(()),
        }
    }
}
