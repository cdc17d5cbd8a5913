//! The guides in `docs/guides`, followed word for word: every block of commands of a guide is run in order, in one shell, on
//! a development chain of its own, and has to end and print as the guide says.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use medshare_tests::{Stack, binary};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

/// For a whole guide, on a machine with other work to do.
const LIMIT: Duration = Duration::from_secs(900);

/// Stands for anything within a line and, alone in a line, for any lines.
const ANYTHING: char = '…';

/// Commands of a guide.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    /// Where in the guide they begin.
    line: usize,
    commands: String,
    /// With which exit code they end, where the guide shows something that fails.
    code: i32,
    /// What they print, where the guide says so.
    prints: Option<String>,
}

/// The blocks fenced as `sh`, or as `sh fails=CODE`, each with the block fenced as `text` that follows it at once.
fn blocks(page: &str) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = page.lines().enumerate();
    // Whether there was nothing but empty lines since the last commands.
    let mut adjacent = false;
    while let Some((number, line)) = lines.next() {
        let Some(fence) = line.strip_prefix("```") else {
            adjacent &= line.trim().is_empty();
            continue;
        };
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let inside = inside.fold(String::new(), |text, line| text + line + "\n");
        match fence.split_whitespace().collect::<Vec<_>>()[..] {
            ["text"] => {
                ensure!(adjacent, "line {}: nothing prints this", number + 1);
                ensure!(inside.chars().any(char::is_alphanumeric), "line {}: this says nothing", number + 1);
                if let Some(block) = blocks.last_mut() {
                    block.prints = Some(inside);
                }
                adjacent = false;
            }
            ["sh"] | ["sh", _] => {
                let code = match fence.split_once("fails=") {
                    Some((_, code)) => {
                        code.trim().parse().with_context(|| format!("line {}: {fence}", number + 1))?
                    }
                    None => 0,
                };
                blocks.push(Block { line: number + 1, commands: inside, code, prints: None });
                adjacent = true;
            }
            _ => bail!(
                "line {}: a block is `sh`, `sh fails=CODE` or `text`, and this is `{fence}`",
                number + 1
            ),
        }
    }
    Ok(blocks)
}

/// Whether something was printed as it should be.
fn is_printed(expected: &str, printed: &str) -> bool {
    fn lines(expected: &[&str], printed: &[&str]) -> bool {
        match (expected, printed) {
            ([], rest) => rest.is_empty(),
            ([line, expected @ ..], _) if line.trim().chars().eq([ANYTHING]) => {
                (0..=printed.len()).any(|skipped| lines(expected, &printed[skipped..]))
            }
            ([line, expected @ ..], [first, printed @ ..]) => within(line, first) && lines(expected, printed),
            (_, []) => false,
        }
    }
    fn within(expected: &str, printed: &str) -> bool {
        let (first, rest) = match expected.split_once(ANYTHING) {
            None => return expected.trim_end() == printed.trim_end(),
            Some(parts) => parts,
        };
        let Some(printed) = printed.strip_prefix(first) else { return false };
        printed.char_indices().map(|(at, _)| at).chain([printed.len()]).any(|at| within(rest, &printed[at..]))
    }
    lines(&expected.lines().collect::<Vec<_>>(), &printed.lines().collect::<Vec<_>>())
}

/// A guide as a script: each block in the same shell, its output in a file of its number.
fn script(blocks: &[Block], outputs: &Path) -> String {
    let mut script = String::new();
    for (number, block) in blocks.iter().enumerate() {
        let output = outputs.join(number.to_string());
        // A block that is to succeed does so in each of its commands.
        let (before, after) = if block.code == 0 { ("set -e", "set +e") } else { ("set +e", "set +e") };
        let _ = write!(
            script,
            "{{ {before}\n{}\n}} >{output} 2>&1\ncode=$?; {after}\necho $code >{output}.code\n",
            block.commands,
            output = quoted(&output)
        );
    }
    script
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// Follows a guide on a chain of its own.
async fn follow(guide: &str) -> Result<()> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let page = std::fs::read_to_string(checkout.join("docs/guides").join(guide))?;
    let blocks = blocks(&page).with_context(|| guide.to_owned())?;
    ensure!(blocks.len() >= 5, "{guide} has hardly any commands");

    let stack = Stack::start().await?;
    let outputs = stack.dir().join("outputs");
    let place = stack.dir().join("home");
    std::fs::create_dir(&outputs)?;
    std::fs::create_dir(&place)?;
    let file = stack.dir().join("guide.sh");
    std::fs::write(&file, script(&blocks, &outputs))?;
    let programs: PathBuf = binary("medshare")?.parent().context("a program is in a folder")?.to_owned();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("bash")
        .arg(&file)
        .current_dir(&place)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("HOME", &place)
        .env("CHECKOUT", &checkout)
        .env("MEDSHARE_NODE", stack.node_url())
        .env("MEDSHARE_VAULT", stack.vault_url())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What it leaves running in the background is ended with it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("cannot run bash")?;
    let group = shell.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).context("bash has ended")?;
    let ended = tokio::time::timeout(LIMIT, shell.wait()).await;
    let _ = kill_process_group(group, Signal::KILL);

    let outcome = check(&blocks, &outputs).map_err(|error| error.context(format!("docs/guides/{guide}")));
    let outcome = outcome.and_then(|()| {
        ended.with_context(|| format!("docs/guides/{guide} takes longer than {LIMIT:?}"))??;
        Ok(())
    });
    outcome.map_err(|error| error.context(stack.logs()))
}

fn check(blocks: &[Block], outputs: &Path) -> Result<()> {
    for (number, block) in blocks.iter().enumerate() {
        let printed = std::fs::read_to_string(outputs.join(number.to_string())).unwrap_or_default();
        let code = std::fs::read_to_string(outputs.join(format!("{number}.code"))).unwrap_or_default();
        let Block { line, commands, prints, .. } = block;
        ensure!(
            code.trim().parse() == Ok(block.code),
            "the commands in line {line} did not end with {}, but {}:\n{commands}\nthey printed:\n{printed}",
            block.code,
            if code.is_empty() { "not by themselves" } else { code.trim() },
        );
        if let Some(prints) = prints {
            ensure!(
                is_printed(prints, &printed),
                "the commands in line {line} do not print what the guide says:\n{commands}\nthey printed:\n{printed}"
            );
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_s_guide_works() -> Result<()> {
    follow("provider.md").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditor_s_guide_works() -> Result<()> {
    follow("auditor.md").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buyer_s_guide_works() -> Result<()> {
    follow("buyer.md").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hospital_s_guide_works() -> Result<()> {
    follow("hospital.md").await
}

#[test]
fn what_differs_from_a_guide_is_noticed() {
    assert!(is_printed("record 0: … bytes\n…\n2 … of …\n", "record 0: 12 bytes\na\nb\n2 votes of 3\n"));
    assert!(is_printed("a\n…\nb\n", "a\nb\n"));
    for (expected, printed) in [
        ("record 0: … bytes\n", "record 1: 12 bytes\n"),
        ("record 0: … bytes\n", "record 0: 12 bytes\nerror\n"),
        ("record 0: … bytes\ndone\n", "record 0: 12 bytes\n"),
        ("a\n…\nb\n", "a\nb\nc\n"),
        ("a …\n", "b a 1\n"),
        ("a\n", ""),
    ] {
        assert!(!is_printed(expected, printed), "{printed:?} passed for {expected:?}");
    }
}

#[test]
fn blocks_that_would_not_be_run_are_refused() {
    let page = "# A\n\n```sh fails=5\nfalse\n```\n\n```text\nno\n```\n\n```sh\ntrue\n```\n";
    let read = blocks(page).unwrap();
    assert_eq!((read[0].line, &*read[0].commands, read[0].code), (3, "false\n", 5));
    assert_eq!((read[0].prints.as_deref(), read[1].code, &read[1].prints), (Some("no\n"), 0, &None));
    assert!(blocks("```bash\ntrue\n```\n").is_err());
    assert!(blocks("```sh\ntrue\n```\n\nSo:\n\n```text\nno\n```\n").is_err());
    assert!(blocks("```sh\ntrue\n```\n\n```text\n…\n```\n").is_err());
}
