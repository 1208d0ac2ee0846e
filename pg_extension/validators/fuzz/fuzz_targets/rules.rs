//! Every rule on the same bytes: no panic, and the answers derive from one another.
#![no_main]

use hcw_validators::{CanonicalForm, NoTables, clean_text, find, registry};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for entry in registry() {
        let (code, form) = (entry.about.code, entry.about.form);
        let reason = (entry.reason)(input);
        let canonical = (entry.canonical)(input);
        assert_eq!((entry.is_valid)(input), reason.is_none(), "{code}");
        let has_canonical = reason.is_none() && form != CanonicalForm::Absent;
        assert_eq!(canonical.is_some(), has_canonical, "{code}");

        let answer = entry.answer(input, &NoTables, None);
        assert_eq!(answer.reason(), reason, "{code}");
        assert_eq!(answer.canonical(), canonical, "{code}");

        let Some(canonical) = canonical else { continue };
        assert!(canonical.is_ascii(), "{code}");
        let rule = match form {
            CanonicalForm::Own => entry,
            CanonicalForm::Of(other) => find(other).expect("a rule of this code"),
            _ => continue,
        };
        assert_eq!((rule.canonical)(&canonical).as_ref(), Some(&canonical), "{code}");
    }
    let cleaned = clean_text(input);
    assert_eq!(clean_text(&cleaned), cleaned);
});
