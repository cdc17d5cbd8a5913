//! Progress bars on standard error; silent where nobody watches.

use std::{
    io::IsTerminal,
    sync::{Mutex, PoisonError},
};

use indicatif::{ProgressBar, ProgressStyle};
use medshare_client::progress::{Progress, Stage, Step};

/// A listener that draws a bar for each stage of long work.
pub fn bars() -> Progress {
    if !std::io::stderr().is_terminal() {
        return Progress::default();
    }
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
        (Stage::Scanning, Some(_)) => "{msg:12} {bar:30} {pos}/{len} {eta}",
        (_, Some(_)) => "{msg:12} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    };
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar.with_message(name)
}
