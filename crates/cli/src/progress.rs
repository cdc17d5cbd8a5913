//! Progress bars on standard error, for where somebody watches.

use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use medshare_client::progress::{Progress, Stage, Step};

/// A listener that draws a bar for each stage of long work: how much is done, how fast, and how long the rest takes.
pub fn bars() -> Progress {
    let current: Mutex<Option<ProgressBar>> = Mutex::new(None);
    Progress::new(move |step| {
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        match step {
            Step::Begin { stage, total } => {
                if let Some(bar) = current.replace(bar(stage, total)) {
                    bar.finish_and_clear();
                }
            }
            Step::Advance(by) => {
                if let Some(bar) = current.as_ref() {
                    bar.inc(by);
                }
            }
            Step::End => {
                if let Some(bar) = current.take() {
                    bar.finish_and_clear();
                }
            }
        }
    })
}

fn bar(stage: Stage, total: Option<u64>) -> ProgressBar {
    let name = match stage {
        Stage::Reading => "reading",
        Stage::Sealing => "sealing",
        Stage::Uploading => "uploading",
        Stage::Downloading => "downloading",
        Stage::Opening => "opening",
        Stage::Waiting => "waiting for the chain",
        Stage::Scanning => "reading blocks",
    };
    let template = match (stage, total) {
        (_, None) => "{spinner} {msg} {elapsed}",
        (Stage::Scanning, Some(_)) => {
            "{msg:12} {bar:30} {human_pos}/{human_len} blocks {per_sec}, {eta} left"
        }
        (_, Some(_)) => {
            "{msg:12} {bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}, {eta} left"
        }
    };
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    // What is broken off leaves no bar above the error.
    bar.with_message(name).with_finish(ProgressFinish::AndClear)
}
