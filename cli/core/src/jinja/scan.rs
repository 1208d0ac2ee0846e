//! Finds named blocks (`{% macro … %} … {% endmacro %}`, `{% test … %}`) in a template's text.
//!
//! Only the outline of a template is read here: tags, expressions, comments and raw blocks. What stands
//! inside a tag is minijinja's business.

use std::ops::Range;

/// A tag `{% … %}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// From `{%` to `%}`, both included.
    pub(crate) range: Range<usize>,
    /// The tag's first word, such as `macro`.
    pub(crate) keyword: Range<usize>,
    /// What stands between the keyword and the end mark.
    pub(crate) arguments: Range<usize>,
}

/// A block from its opening to its closing tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The opening tag.
    pub(crate) open: Tag,
    /// The closing tag.
    pub(crate) close: Tag,
}

impl Block {
    /// The whole block.
    pub(crate) fn range(&self) -> Range<usize> {
        self.open.range.start..self.close.range.end
    }

    /// What stands between its tags.
    pub(crate) fn body(&self) -> Range<usize> {
        self.open.range.end..self.close.range.start
    }
}

/// A part of a template that holds code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// `{{ … }}`: what stands between the marks.
    Expression(Range<usize>),
    /// `{% … %}`
    Tag(Tag),
}

/// All tags of a template, in order; comments and raw blocks are skipped.
pub(crate) fn tags(text: &str) -> Vec<Tag> {
    pieces(text)
        .filter_map(|piece| match piece {
            Piece::Tag(tag) => Some(tag),
            Piece::Expression(_) => None,
        })
        .collect()
}

/// All expressions and tags of a template, in order; comments and raw blocks are skipped.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    let bytes = text.as_bytes();
    let mut position = 0;
    let mut raw = false;
    std::iter::from_fn(move || {
        loop {
            let start = position + text.get(position..)?.find('{')?;
            match bytes.get(start + 1) {
                Some(b'#') if !raw => {
                    position = text[start..]
                        .find("#}")
                        .map_or(text.len(), |end| start + end + 2);
                }
                Some(b'{') if !raw => {
                    position = end_of(text, start + 2, "}}");
                    let inner = inner(text, start..position, "}}");
                    return Some(Piece::Expression(inner));
                }
                Some(b'%') => {
                    let end = if raw {
                        text[start..]
                            .find("%}")
                            .map_or(text.len(), |end| start + end + 2)
                    } else {
                        end_of(text, start + 2, "%}")
                    };
                    let tag = tag(text, start..end);
                    match (&text[tag.keyword.clone()], raw) {
                        ("raw", false) => raw = true,
                        ("endraw", true) => raw = false,
                        (_, true) => {
                            position = start + 2;
                            continue;
                        }
                        _ => {
                            position = end;
                            return Some(Piece::Tag(tag));
                        }
                    }
                    position = end;
                }
                _ => position = start + 1,
            }
        }
    })
}

/// The outermost blocks whose opening keyword is one of `keywords`; the closing one is `end` + keyword.
/// With them the opening tag of a block that is never closed.
pub(crate) fn blocks(text: &str, keywords: &[&str]) -> (Vec<Block>, Option<Tag>) {
    let mut blocks = Vec::new();
    let mut open: Option<(Tag, usize)> = None;
    for tag in tags(text) {
        let keyword = &text[tag.keyword.clone()];
        match &mut open {
            None => {
                if keywords.contains(&keyword) {
                    open = Some((tag, 1));
                }
            }
            Some((opening, depth)) => {
                let name = &text[opening.keyword.clone()];
                if keyword == name {
                    *depth += 1;
                } else if keyword.strip_prefix("end") == Some(name) {
                    *depth -= 1;
                    if *depth == 0 {
                        blocks.push(Block {
                            open: opening.clone(),
                            close: tag,
                        });
                        open = None;
                    }
                }
            }
        }
    }
    (blocks, open.map(|(tag, _)| tag))
}

/// The tags outside of blocks of these keywords.
pub(crate) fn outside(text: &str, keywords: &[&str]) -> Vec<Tag> {
    let (blocks, _) = blocks(text, keywords);
    let is_outside = |tag: &Tag| {
        let mut ranges = blocks.iter().map(Block::range);
        !ranges.any(|range| range.contains(&tag.range.start))
    };
    let opens = |tag: &Tag| keywords.contains(&&text[tag.keyword.clone()]);
    let tags = tags(text).into_iter();
    tags.filter(|tag| !opens(tag) && is_outside(tag)).collect()
}

/// The position after the parenthesis that closes the first one of a text.
pub(crate) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(mark), _) if character == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Splits `name(a, b='x, y')` into the name and its parameters, each a text such as `b='x, y'`.
pub(crate) fn signature(text: &str) -> Option<(&str, Vec<&str>)> {
    let open = text.find('(')?;
    let close = text.rfind(')')?;
    let name = text[..open].trim();
    let inner = text.get(open + 1..close)?;
    let mut parameters = Vec::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut start = 0;
    for (at, character) in inner.char_indices() {
        match (quote, character) {
            (Some(mark), _) if character == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parameters.push(inner[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parameters.push(inner[start..].trim());
    parameters.retain(|parameter| !parameter.is_empty());
    Some((name, parameters))
}

/// Whether an identifier occurs as a whole word.
pub(crate) fn mentions(text: &str, identifier: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.match_indices(identifier).any(|(at, _)| {
        let before = at.checked_sub(1).map(|index| text.as_bytes()[index]);
        let after = text.as_bytes().get(at + identifier.len()).copied();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn tag(text: &str, range: Range<usize>) -> Tag {
    let inner = inner(text, range.clone(), "%}");
    let code = &text[inner.clone()];
    let keyword_start = inner.start + (code.len() - code.trim_start().len());
    let keyword_end = text[keyword_start..inner.end]
        .find(|character: char| !(character.is_alphanumeric() || character == '_'))
        .map_or(inner.end, |length| keyword_start + length);
    Tag {
        range,
        keyword: keyword_start..keyword_end,
        arguments: keyword_end..inner.end,
    }
}

/// What stands between the marks, without the signs that trim white space.
fn inner(text: &str, range: Range<usize>, mark: &str) -> Range<usize> {
    let mut end = text[range.clone()]
        .strip_suffix(mark)
        .map_or(range.end, |inner| range.start + inner.len())
        .max((range.start + 2).min(range.end));
    let mut start = (range.start + 2).min(end);
    if text[start..end].ends_with(['-', '+']) {
        end -= 1;
    }
    if text[start..end].starts_with(['-', '+']) {
        start += 1;
    }
    start..end
}

/// The position after the end mark, which does not count inside quotes and brackets.
fn end_of(text: &str, start: usize, mark: &str) -> usize {
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut depth = 0_usize;
    let mut within_brackets = None;
    let mut position = start;
    while position < bytes.len() {
        let byte = bytes[position];
        match quote {
            Some(_) if byte == b'\\' => position += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'\'' || byte == b'"' => quote = Some(byte),
            None if bytes[position..].starts_with(mark.as_bytes()) => {
                if depth == 0 {
                    return position + mark.len();
                }
                within_brackets.get_or_insert(position + mark.len());
                depth -= usize::from(byte == b'}');
            }
            None if matches!(byte, b'(' | b'[' | b'{') => depth += 1,
            None if matches!(byte, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            None => {}
        }
        position += 1;
    }
    // brackets that are never closed hide nothing
    within_brackets.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        tags(text)
            .iter()
            .map(|tag| &text[tag.keyword.clone()])
            .collect()
    }

    #[test]
    fn comments_raw_blocks_and_quoted_marks_hide_tags() {
        assert_eq!(
            names("{# {% a %} #}{% raw %}{% b %}{% endraw %}{{ '{% c %}' }}{%- d '%}' -%}"),
            ["d"]
        );
    }

    #[test]
    fn blocks_nest() {
        let text = "x{% macro a(b) %}1{% macro c() %}{% endmacro %}2{% endmacro %}y";
        let (blocks, unclosed) = blocks(text, &["macro", "test"]);
        assert_eq!((blocks.len(), unclosed), (1, None));
        assert_eq!(&text[blocks[0].body()], "1{% macro c() %}{% endmacro %}2");
        assert_eq!(text[blocks[0].open.arguments.clone()].trim(), "a(b)");
    }

    #[test]
    fn signatures_split_at_outer_commas() {
        assert_eq!(
            signature("f(a, b=[1, 2], c='x, (y')"),
            Some(("f", vec!["a", "b=[1, 2]", "c='x, (y'"]))
        );
        assert_eq!(signature("f()"), Some(("f", vec![])));
        assert_eq!(signature("f"), None);
    }

    #[test]
    fn mentions_are_whole_words() {
        assert!(mentions("a kwargs.b", "kwargs"));
        assert!(!mentions("my_kwargs", "kwargs"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_scanned_without_panic(text in ".{0,80}") {
            for tag in tags(&text) {
                let _ = &text[tag.range];
                let _ = &text[tag.arguments];
            }
            let _ = blocks(&text, &["macro"]);
            let _ = signature(&text);
        }
    }
}
