using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Sessions;

/// <summary>Nothing typed or piped is lost, doubled or mixed up, whatever becomes of the connection.</summary>
public sealed class ShellInputTests : IDisposable
{
    private RunningSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task What_is_typed_while_there_is_no_connection_is_sent_on_the_next_one_in_its_order()
    {
        UseTerminal();
        await _session.StartAsync();
        _session.Terminal.Type("before");
        var before = await RunningSession.NextOfTypeAsync(_session.First, PayloadType.Output);
        _session.Lose();
        await _session.Api.NextCallAsync();
        for (var number = 0; number < 10; number++)
        {
            _session.Terminal.Type($"[{number}]");
        }

        var next = await _session.ResumeAsync();
        var again = await RunningSession.NextOfTypeAsync(next, PayloadType.Output);
        Assert.Equal(before.Bytes, again.Bytes);
        Assert.Equal("[0][1][2][3][4][5][6][7][8][9]", await NextTextAsync(next, 30));
        await EndAsync(next);
    }

    [Fact]
    public async Task More_than_the_window_is_typed_while_there_is_no_connection_and_arrives_whole()
    {
        UseTerminal();
        _session.Options = _session.Options with { Channel = DataChannelOptions.Default with { SendWindowMessages = 4, PayloadSize = 16 } };
        await _session.StartAsync();
        _session.Lose();
        await _session.Api.NextCallAsync();
        var typed = string.Concat(Enumerable.Range(0, 200).Select(number => $"{number},"));
        _session.Terminal.Type(typed);

        var next = await _session.ResumeAsync();
        Assert.Equal(typed, await NextTextAsync(next, typed.Length));
        await EndAsync(next);
    }

    [Fact]
    public async Task The_list_of_escapes_is_shown_and_nothing_of_it_is_sent()
    {
        UseTerminal();
        await _session.StartAsync();
        _session.Terminal.Type("\r~?ls");
        Assert.Equal("\rls", await NextTextAsync(_session.First, 3));
        Assert.Single(_session.Terminal.Events, heard => heard == "help");
        await EndAsync(_session.First);
    }

    [Fact]
    public async Task Switched_off_the_escapes_are_text()
    {
        UseTerminal();
        await _session.StartAsync();
        _session.Terminal.Type("\r~-\r~.");
        Assert.Equal("\r\r~.", await NextTextAsync(_session.First, 4));
        await EndAsync(_session.First);
    }

    [Fact]
    public async Task A_tilde_in_piped_input_is_data()
    {
        await _session.StartAsync();
        _session.Terminal.Type("\n~.\n~?\n~~\n~-\n~.");
        Assert.Equal("\n~.\n~?\n~~\n~-\n~.", await NextTextAsync(_session.First, 15));
        await EndAsync(_session.First);
        Assert.DoesNotContain("help", _session.Terminal.Events);
    }

    [Fact]
    public async Task Piped_input_is_not_read_while_the_window_is_full_and_goes_on_when_there_is_room()
    {
        _session.Options = _session.Options with { Channel = DataChannelOptions.Default with { SendWindowMessages = 2, PayloadSize = 4 } };
        await _session.StartAsync();
        var size = await RunningSession.NextOfTypeAsync(_session.First, PayloadType.Size);
        _session.First.ReceiveAcknowledgement(size);
        _session.Terminal.Type("one");
        var one = await RunningSession.NextOfTypeAsync(_session.First, PayloadType.Output);

        // One place is kept for sizes and keys: the second piece is read and waits for room, the third is left where it is.
        _session.Terminal.Type("two");
        _session.Terminal.Type("3rd");
        await _session.Terminal.WhenReadsAsync(2);
        await RunningSession.WhenSettledAsync();
        Assert.Equal(2, _session.Terminal.ReadCount);
        Assert.False(_session.First.TryTakeSent(out var early) && early.Header.PayloadType == PayloadType.Output);

        _session.First.ReceiveAcknowledgement(one);
        Assert.Equal("two3rd", await NextTextAsync(_session.First, 6));
        await EndAsync(_session.First);
    }

    [Fact]
    public async Task Piped_input_is_not_read_without_end_while_there_is_no_connection_and_arrives_whole_on_the_next()
    {
        _session.Options = _session.Options with { Channel = DataChannelOptions.Default with { SendWindowMessages = 4, PayloadSize = 4 } };
        await _session.StartAsync();
        _session.Lose();
        await _session.Api.NextCallAsync();
        for (var number = 0; number < 100; number++)
        {
            _session.Terminal.Type($"{number:000},");
        }

        await RunningSession.WhenSettledAsync();
        Assert.InRange(_session.Terminal.ReadCount, 1, 5);
        var next = await _session.ResumeAsync();
        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(number => $"{number:000},")), await NextTextAsync(next, 400));
        await EndAsync(next);
    }

    [Theory]
    [InlineData(true, InputCoalescing.Auto, 0)]
    [InlineData(false, InputCoalescing.Auto, 10)]
    [InlineData(true, InputCoalescing.On, 10)]
    [InlineData(false, InputCoalescing.On, 10)]
    [InlineData(true, InputCoalescing.Off, 0)]
    [InlineData(false, InputCoalescing.Off, 0)]
    public async Task A_key_leaves_at_once_and_a_programs_small_writes_are_gathered(bool isTerminal, InputCoalescing coalescing, int milliseconds)
    {
        _session = new RunningSession { Terminal = new FakeTerminal { IsInputTerminal = isTerminal } };
        _session.Options = _session.Options with { Shell = ShellOptions.Default with { Coalescing = coalescing } };
        await _session.StartAsync();
        await _session.Terminal.WhenReadsAsync(1);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), _session.Terminal.GatherFor);
        await EndAsync(_session.First);
    }

    private void UseTerminal() => _session = new RunningSession { Terminal = new FakeTerminal { IsInputTerminal = true } };

    /// <summary>What is sent, acknowledged piece by piece, until there is as much.</summary>
    private static async Task<string> NextTextAsync(FakeTransport transport, int length)
    {
        var text = "";
        while (text.Length < length)
        {
            var next = await transport.NextStreamAsync();
            transport.ReceiveAcknowledgement(next);
            text += next.Header.PayloadType == PayloadType.Output ? next.Text : "";
        }

        return text;
    }

    private async Task EndAsync(FakeTransport transport)
    {
        transport.ReceiveClosed("");
        Assert.Equal(SessionEnd.ChannelClosed, (await _session.Running.Soon()).End);
    }
}
