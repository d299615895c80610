//! What programs said that only tell, until something is changed: a plan and each of its steps ask the
//! same of the name services, and each program that is started takes its time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::run::{Output, RunError, Tool};

/// What was said of late. Others change things, too, so that it counts for a second at most.
static ANSWERS: Answers = Answers { fresh: Duration::from_secs(1), given: Mutex::new(Vec::new()) };

struct Answers {
    /// How long an answer counts.
    fresh: Duration,
    given: Mutex<Vec<(Tool, Instant, Output)>>,
}

/// Runs it, or gives the answer that it gave a moment ago.
pub(super) fn ask(tool: Tool) -> Result<Output, RunError> {
    ANSWERS.ask(tool)
}

/// Whatever was said may have been changed.
pub(super) fn forget() {
    ANSWERS.forget();
}

impl Answers {
    fn ask(&self, tool: Tool) -> Result<Output, RunError> {
        let fresh = |at: &Instant| at.elapsed() < self.fresh;
        {
            let known = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((.., output)) = known.iter().find(|it| it.0 == tool && fresh(&it.1)) {
                return Ok(output.clone());
            }
        }
        let at = Instant::now();
        let output = tool.run()?;
        let mut known = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|it| it.0 != tool && fresh(&it.1));
        known.push((tool, at, output.clone()));
        Ok(output)
    }

    fn forget(&self) {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_until_something_is_changed() {
        // Longer than any machine takes for this.
        let answers = Answers { fresh: Duration::from_mins(1), given: Mutex::default() };
        // Says something else each time.
        let ask = |args: &[&str]| {
            let tool = Tool::new("cat").args(args.iter().copied());
            answers.ask(tool.arg("/proc/sys/kernel/random/uuid")).unwrap().stdout
        };
        let first = ask(&[]);
        assert_eq!(ask(&[]), first);
        assert_ne!(ask(&["--"]), first, "another question");
        answers.forget();
        let second = ask(&[]);
        assert_ne!(second, first);
        answers.given.lock().unwrap()[0].1 -= answers.fresh;
        assert_ne!(ask(&[]), second, "too long ago");
        assert!(
            answers.ask(Tool::new("false")).is_err() && answers.ask(Tool::new("false")).is_err()
        );
        assert_eq!(
            answers.given.lock().unwrap().len(),
            1,
            "old ones go, and a failure is no answer"
        );
    }
}
