//! What must never be printed: the values of environment variables whose name says that they are secret.

use serde_json::{Map, Value as Json};

use super::event::Event;

/// Names of secret variables start so.
const PREFIX: &str = "DBT_ENV_SECRET";
/// What stands in place of a secret.
const MASK: &str = "*****";

/// The secrets of the environment.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Reads the environment.
    pub(crate) fn of_environment() -> Secrets {
        let values = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let is_secret = name.starts_with(PREFIX);
            let value = value.into_string().ok()?;
            (is_secret && !value.trim().is_empty()).then_some(value)
        });
        Secrets::new(values.collect())
    }

    fn new(mut values: Vec<String>) -> Secrets {
        // a secret that holds another is masked as a whole
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Secrets(values)
    }

    /// The text with each secret masked.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// Whether there is nothing to mask.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value with each secret masked in its texts.
    pub(crate) fn masked_json(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.masked(text)),
            Json::Array(items) => items.iter().map(|item| self.masked_json(item)).collect(),
            Json::Object(entries) => Json::Object(self.masked_map(entries)),
            other => other.clone(),
        }
    }

    fn masked_map(&self, entries: &Map<String, Json>) -> Map<String, Json> {
        let masked = entries
            .iter()
            .map(|(key, value)| (self.masked(key), self.masked_json(value)));
        masked.collect()
    }

    pub(super) fn scrubbed(&self, event: &Event) -> Event {
        if self.is_empty() {
            return event.clone();
        }
        Event {
            message: self.masked(&event.message),
            data: self.masked_map(&event.data),
            ..event.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let secrets = Secrets::new(vec!["tok".to_owned(), "token\"x".to_owned()]);
        let event =
            Event::note("a token\"x b tok").with("deep", serde_json::json!({"k": ["token\"x"]}));
        let event = secrets.scrubbed(&event);
        assert_eq!(event.message, "a ***** b *****");
        assert_eq!(event.data["deep"]["k"][0], "*****");
    }
}
