//! Grants as templates compare them: a mapping from privilege to grantees.

use std::collections::BTreeMap;

use minijinja::Error;
use minijinja::value::Value;

use super::python;

/// `adapter.standardize_grants_dict`: from rows of grantee and privilege.
pub(super) fn standardized(table: &Value) -> Result<Value, Error> {
    let mut grants: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table.get_attr("rows")?.try_iter()? {
        let grantee = row.get_item(&Value::from("grantee"))?.to_string();
        let privilege = row.get_item(&Value::from("privilege_type"))?.to_string();
        grants.entry(privilege).or_default().push(grantee);
    }
    Ok(python::dict(grants.into_iter().map(
        |(privilege, grantees)| {
            let grantees = grantees.into_iter().map(Value::from).collect();
            (privilege, python::list(grantees))
        },
    )))
}
