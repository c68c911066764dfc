using BenchmarkDotNet.Running;

// Without arguments the switcher asks on the terminal; build.sh always passes a filter.
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
