namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>What a raw terminal does with output.</summary>
public enum RawOutput
{
    /// <summary>Nothing: a terminal at the far side has already put carriage returns in front of line feeds.</summary>
    Untouched,

    /// <summary>Line feeds get their carriage return here: the far side has no terminal.</summary>
    LineFeedsTranslated,
}
