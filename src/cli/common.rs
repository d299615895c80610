//! What can be typed with every verb.

use clap::Args;

#[derive(Args)]
pub(super) struct Common {
    #[arg(long)]
    json: bool,
    #[arg(long, value_parser = ["en", "ko"])]
    lang: Option<String>,
}
