//! The documentation's page: one file of its own, which reads manifest.json and catalog.json beside it and
//! nothing else.

use serde_json::Value as Json;

/// The page.
pub(super) const PAGE: &str = include_str!("page.html");
/// Where a page that stands alone has its artifacts.
const PLACE: &str = "id=\"artifacts\">";

/// The page with the artifacts in it: it needs no server.
pub(super) fn with_artifacts(manifest: &Json, catalog: &Json) -> String {
    let both = serde_json::json!({"manifest": manifest, "catalog": catalog});
    // no text of the project ends the element that it stands in
    let both = both.to_string().replace('<', "\\u003c");
    PAGE.replacen(PLACE, &format!("{PLACE}{both}"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_stands_alone_keeps_its_artifacts_inside() {
        let manifest = serde_json::json!({"x": "</script><script>alert(1)</script>"});
        let page = with_artifacts(&manifest, &Json::Null);
        assert!(!page.contains("alert(1)</script>"));
        assert_eq!(
            page.matches("</script>").count(),
            PAGE.matches("</script>").count()
        );
        assert!(page.contains("\\u003c/script>"));
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        for word in ["http:", "https:", "src=", "@import", "innerHTML"] {
            assert!(!PAGE.contains(word), "{word}");
        }
    }
}
