//! `mpviz export`.

use std::fs::Metadata;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::cli::output::{OutputError, OutputResult, destination_name};
use crate::cli::{ExportFormat, ExportOptions};
use crate::event::units::{format_count, format_seconds};
use crate::event::{Event, Nanos, StampedEvent};
use crate::export::film::{self, FilmOptions, RunFilm};
use crate::export::svg::{self, PictureStyle};
use crate::export::task_cpu_times::TaskCpuTimes;
use crate::export::{asciicast, csv, html, joblog, perfetto};
use crate::model::Model;
use crate::recording::reader::{RecordedEvents, Recording, Rereadable};
use crate::report::{Report, phrases};
use crate::system::atomic_file::write_file;
use crate::theme::{ColorDepth, ColorMode, GlyphMode};
use crate::theme::{Glyphs, TerminalEnvironment, Theme, ThemeRequest};

const DEFAULT_PICTURE_SIZE: (u16, u16) = (120, 40);
/// Maximum number of frames; longer runs have fewer frames per second. An animated picture is kept small.
const MAX_FRAMES: [(ExportFormat, u64); 2] = [(ExportFormat::Svg, 160), (ExportFormat::Html, 3_000)];

/// Exports a run of a recording.
pub(super) fn export(options: &ExportOptions) -> OutputResult {
    options.check_supported()?;
    let output = options.output_file();
    let to_terminal = output.is_none() && io::stdout().is_terminal();
    if to_terminal && !options.to.is_text() {
        let name = options.to.name();
        return Err(OutputError::Usage(format!(
            "--to {name} is not for a terminal: write to a file with -o, or to a pipe"
        )));
    }
    if output.is_some_and(|output| is_same_file(&options.file, output)) {
        let name = destination_name(output);
        return Err(OutputError::Usage(format!("-o {name} is the recording itself: choose another file")));
    }
    let theme = picture_theme(options)?;
    let (events, again) = Rereadable::open(&options.file)?;
    let recording = events.load(&AtomicU64::new(0))?;
    let run = run_index(options, &recording)?;
    check_time_is_in_run(options.at, &recording.runs[run])?;
    let job = RunExport { options, theme, run, recording: &recording, again };
    let write = |error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe if output.is_none() => OutputError::ReaderClosed,
        io::ErrorKind::AlreadyExists => OutputError::Exists(destination_name(output)),
        _ => OutputError::Output(destination_name(output), error),
    };
    if let Some(path) = output {
        write_file(path, options.force, |out| job.write(out)).map_err(write)?;
    } else {
        let mut out = BufWriter::new(io::stdout().lock());
        job.write(&mut out).and_then(|()| out.flush()).map_err(write)?;
    }
    Ok(recording.note.into_iter().collect())
}

/// Whether both paths lead to the same file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| path.metadata().ok().filter(Metadata::is_file).map(|file| (file.dev(), file.ino()));
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

/// The theme for pictures, in true colour whatever the terminal supports.
fn picture_theme(options: &ExportOptions) -> Result<Theme, OutputError> {
    let request = ThemeRequest {
        theme: Some(options.theme.clone().unwrap_or_else(|| "dark".into())),
        color: ColorMode::Depth(ColorDepth::True),
        glyphs: GlyphMode::Only(Glyphs::Unicode),
    };
    Ok(Theme::choose_theme(&request, &TerminalEnvironment::from_process())?)
}

/// Index of the requested run in the recording.
fn run_index(options: &ExportOptions, recording: &Recording) -> Result<usize, OutputError> {
    let runs = recording.runs.len();
    match options.run {
        None => Ok(runs.saturating_sub(1)),
        Some(n) if n as usize <= runs => Ok(n as usize - 1),
        Some(n) => {
            let there = if runs == 1 { "1 run".into() } else { format!("{} runs", format_count(runs as u64)) };
            Err(OutputError::Usage(format!("--run {n}: the recording has {there}")))
        }
    }
}

/// Checks that a time lies within the run.
fn check_time_is_in_run(at: Option<Nanos>, run: &Model) -> Result<(), OutputError> {
    let shown = |at: Nanos| format_seconds(at as f64 / 1e9);
    match (at, run.duration()) {
        // A time typed as displayed on the screen may exceed the end by rounding.
        (Some(at), length) if at > length && shown(at) != shown(length) => {
            Err(OutputError::Usage(format!("--at {}: the recording of the run ends at {}", shown(at), shown(length))))
        }
        _ => Ok(()),
    }
}

/// A run of a recording with the options for exporting it.
struct RunExport<'a> {
    options: &'a ExportOptions,
    theme: Theme,
    run: usize,
    recording: &'a Recording,
    again: Rereadable,
}

impl RunExport<'_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let model = self.model();
        match self.options.to {
            ExportFormat::Perfetto => perfetto::write(model, out),
            ExportFormat::Csv => csv::write(model, &self.cpu_times()?, out),
            ExportFormat::Joblog => joblog::write(model, self.run_start_time(), out),
            ExportFormat::Asciicast => self.write_asciicast(out),
            ExportFormat::Html => self.write_html(out),
            ExportFormat::Svg => self.write_svg(out),
        }
    }

    fn model(&self) -> &Model {
        &self.recording.runs[self.run]
    }

    /// Reads the events of the run again.
    fn events(&self) -> io::Result<impl Iterator<Item = StampedEvent> + use<>> {
        Ok(events_of_run(self.again.reread().map_err(io::Error::other)?, self.run))
    }

    fn cpu_times(&self) -> io::Result<TaskCpuTimes> {
        let (mut model, mut cpu_times) = (Model::new(), TaskCpuTimes::default());
        for stamped in self.events()?.take_while(|stamped| model.apply(stamped).is_ok()) {
            cpu_times.add_cpu_time(&stamped);
        }
        Ok(cpu_times)
    }

    /// Time of day at the run's start, in ns since 1970. Older recordings do not have it: their runs are counted from
    /// the start of the recording.
    fn run_start_time(&self) -> Option<Nanos> {
        if let Some(began) = self.model().run().and_then(|run| run.began_ms) {
            return began.checked_mul(1_000_000);
        }
        let began = self.recording.header.clock.as_ref()?.began;
        let before = self.recording.runs[..self.run].iter().map(|run| run.ended_at().unwrap_or(run.newest_mark()));
        before.fold(began.checked_mul(1_000_000_000), |sum, run| sum?.checked_add(run))
    }

    fn picture_size(&self) -> (u16, u16) {
        self.options.size.unwrap_or(DEFAULT_PICTURE_SIZE)
    }

    fn playback_speed(&self) -> f64 {
        self.options.speed.unwrap_or(1.0)
    }

    /// Title of the recording.
    fn recording_title(&self) -> String {
        self.model().run().map_or_else(|| "mpviz".into(), phrases::run_title)
    }

    /// Frame rate and speed, limited to the maximum number of frames.
    fn film_options(&self) -> FilmOptions {
        let fps = self.options.fps.unwrap_or(if self.options.to == ExportFormat::Svg { 4 } else { 10 });
        let speed = self.playback_speed();
        let wanted = (1e9 * speed / f64::from(fps)) as Nanos;
        let most = MAX_FRAMES.iter().find(|(form, _)| *form == self.options.to).map_or(u64::MAX, |(_, most)| *most);
        let step = wanted.max(self.model().duration().div_ceil(most)).max(1);
        FilmOptions { size: self.picture_size(), theme: self.theme.clone(), step, speed }
    }

    /// The result, as on the screen and from `mpviz replay`.
    fn report(&self) -> Option<Arc<Report>> {
        Report::for_each_run(&self.recording.runs).get(self.run).cloned()
    }

    fn film(&self) -> io::Result<RunFilm<impl Iterator<Item = StampedEvent> + use<>>> {
        Ok(RunFilm::new(self.events()?, self.report(), self.film_options()))
    }

    fn key_moments_with_descriptions(&self) -> Vec<(Nanos, String)> {
        film::key_moments(self.model(), self.report().as_deref(), self.playback_speed())
    }

    fn write_asciicast(&self, out: &mut impl Write) -> io::Result<()> {
        let title = self.recording_title();
        let timestamp = self.run_start_time().map(|at| at / 1_000_000_000);
        let head = asciicast::CastMetadata { size: self.picture_size(), title: &title, timestamp };
        asciicast::write(&head, self.film()?, &self.key_moments_with_descriptions(), out)
    }

    fn write_html(&self, out: &mut impl Write) -> io::Result<()> {
        let title = self.recording_title();
        let head = html::PageMetadata {
            size: self.picture_size(),
            title: &title,
            style: PictureStyle::for_theme_base(self.theme.base),
            speed: self.playback_speed(),
        };
        html::write(&head, self.film()?, &self.key_moments_with_descriptions(), out)
    }

    fn write_svg(&self, out: &mut impl Write) -> io::Result<()> {
        let picture_style = PictureStyle::for_theme_base(self.theme.base);
        if self.options.animate {
            return svg::write_animated_svg(self.picture_size(), self.film()?, &picture_style, out);
        }
        let film = self.film()?;
        let frame = match self.options.at {
            Some(at) => film.frame_at(at),
            None => film.last_frame(),
        };
        out.write_all(svg::draw(&frame.cells, &picture_style).as_bytes())
    }
}

/// The events of one run.
fn events_of_run(events: RecordedEvents, run: usize) -> impl Iterator<Item = StampedEvent> {
    let mut begun = 0;
    let numbered = events.map(move |stamped: StampedEvent| {
        begun += usize::from(matches!(stamped.event, Event::RunStarted(_)));
        (begun, stamped)
    });
    let of_this = numbered.skip_while(move |(begun, _)| *begun <= run).take_while(move |(begun, _)| *begun == run + 1);
    of_this.map(|(_, stamped)| stamped)
}
