//! More relations than the server has room for locks: publishing them at once says what to do, and leaves nothing behind
//! that stops the next run.

use crate::embedded::{Project, has_server};

const VIEWS: usize = 900;

fn write(project: &Project, round: usize) {
    for number in 0..VIEWS {
        let path = project.folder.join(format!("models/v{number}.sql"));
        let text = format!("select {number} as id, {round} as round");
        std::fs::write(path, text).expect("is written");
    }
}

#[test]
fn what_the_server_cannot_lock_at_once_is_published_node_by_node() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    std::fs::write(
        project.folder.join("dbt_project.yml"),
        "name: many\nversion: '1.0'\n",
    )
    .expect("is written");
    std::fs::create_dir_all(project.folder.join("models")).expect("a folder");
    write(&project, 1);
    project.succeed(&["build"]);
    project.query("alter system set max_locks_per_transaction = 10");
    project.succeed(&["db", "stop"]);
    write(&project, 2);
    let output = project.run(&["build"]);
    let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed.push_str(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("out of shared memory"), "{printed}");
    assert!(printed.contains("--publish=per-node"), "{printed}");
    assert_eq!(project.query("select round from v0"), "1");
    project.succeed(&["build", "--publish", "per-node"]);
    assert_eq!(project.query("select round from v0"), "2");
    project.query("alter system reset max_locks_per_transaction");
    project.succeed(&["db", "stop"]);
    write(&project, 3);
    project.succeed(&["build"]);
    assert_eq!(project.query("select round from v0"), "3");
}
