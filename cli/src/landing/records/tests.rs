//! Records and their numbers, from texts.

use super::*;

/// Every record as `row@line: copy text` or `row@line! reason [raw]`.
fn read(mut records: Records) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        match records.next().expect("reads") {
            Next::End => return found,
            Next::Good => {
                let mut out = Vec::new();
                records.encode(&mut out);
                let text = String::from_utf8(out).expect("UTF-8");
                found.push(format!("@{} {}", records.line, text.trim_end()));
            }
            Next::Bad(reason) => {
                let reject = records.reject(reason);
                let raw = String::from_utf8_lossy(&reject.raw).into_owned();
                found.push(format!(
                    "@{} {} {} [{raw}]",
                    reject.line,
                    reject.row,
                    reason.as_str()
                ));
            }
        }
    }
}

fn window(bytes: &[u8]) -> Window<Box<dyn Read + Send>> {
    Window::new(Box::new(std::io::Cursor::new(bytes.to_vec())))
}

fn csv(text: impl AsRef<[u8]>) -> Vec<String> {
    let CsvRecords { records, header } = Records::csv(window(text.as_ref()), b',')
        .expect("reads")
        .expect("has a header");
    header.expect("good header");
    read(records)
}

#[test]
fn line_breaks_of_all_kinds() {
    for newline in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,2", "", "3,\"x", "y\"", "5,6"].join(newline);
        let escaped = newline.replace('\r', "\\r").replace('\n', "\\n");
        let expected = ["@2 1\t1\t2", &format!("@4 2\t3\tx{escaped}y"), "@6 3\t5\t6"];
        assert_eq!(csv(&text), expected);
        assert_eq!(csv(text + newline), expected);
    }
}

#[test]
fn ragged_and_undecodable_records() {
    assert_eq!(
        csv(b"a,b\n1\n1,2,3\n\xff,2\n1,\0\n7,8\n"),
        [
            "@2 1 too_few_fields [1]",
            "@3 2 too_many_fields [1,2,3]",
            "@4 3 invalid_utf8 [\u{fffd},2]",
            "@5 4 nul_byte [1,\0]",
            "@6 5\t7\t8",
        ]
    );
}

#[test]
fn a_stray_quote_costs_its_own_line_only() {
    assert_eq!(
        csv("a,b\n1,\"x\n2,y\n3,z\n"),
        [
            "@2 1 unterminated_quote [1,\"x]",
            "@3 2\t2\ty",
            "@4 3\t3\tz"
        ]
    );
    assert_eq!(
        csv("a,b\n1,\"x\n2,\"y\"\n3,z\n"),
        ["@2 1 text_after_quote [1,\"x]", "@3 2\t2\ty", "@4 3\t3\tz"]
    );
}

#[test]
fn the_tail_of_a_broken_record_does_not_land() {
    assert_eq!(
        csv("a,b,c\n1,\"said \"hi\" to\nme, then left\",x\n2,5\" pipe,z\n"),
        [
            "@2 1 text_after_quote [1,\"said \"hi\" to]",
            "@3 2 text_after_quote [me, then left\",x]",
            "@4 3\t2\t5\" pipe\tz",
        ]
    );
}

#[test]
fn json_lines() {
    let text = "{\"a\":\"x\\ty\"}\r\n\n  \n{\"a\":}\n[1]";
    assert_eq!(
        read(Records::ndjson(window(text.as_bytes()))),
        [
            "@1 1\t{\"a\":\"x\\\\ty\"}",
            "@4 2 invalid_json [{\"a\":}]",
            "@5 3\t[1]"
        ]
    );
}

#[test]
fn a_record_that_is_too_long_is_passed_over() {
    let mut text = b"a\n".to_vec();
    text.resize(super::super::window::LONGEST_RECORD * 2, b'x');
    text.extend_from_slice(b"\r\nlast\n");
    let CsvRecords { mut records, .. } = Records::csv(window(&text), b',')
        .expect("reads")
        .expect("has a header");
    assert_eq!(
        records.next().expect("reads"),
        Next::Bad(Reason::RecordTooLong)
    );
    let reject = records.reject(Reason::RecordTooLong);
    assert_eq!(reject.raw.len(), KEPT_OF_LONG);
    assert_eq!(
        reject.raw_bytes as usize,
        text.len() - "a\n\r\nlast\n".len()
    );
    assert_eq!(records.next().expect("reads"), Next::Good);
    assert_eq!((records.row, records.line), (2, 3));
}

#[test]
fn no_header() {
    assert!(Records::csv(window(b""), b',').expect("reads").is_none());
    assert!(
        Records::csv(window(b"\r\n\n"), b',')
            .expect("reads")
            .is_none()
    );
}
