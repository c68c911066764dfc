using System.Text;
using SessionManagerPlugin.Emulator.Http;

namespace SessionManagerPlugin.Tests.Emulator.Http;

public sealed class HttpRequestReaderTests
{
    private const string Request =
        "POST /?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: AmazonSSM.StartSession\r\nContent-Length: 2\r\n\r\n{}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_read_with_its_body()
    {
        var reader = Reader(Request);

        var head = await reader.ReadHeadAsync(Cancellation);

        Assert.NotNull(head);
        Assert.Equal(("POST", "/", "a=b"), (head.Method, head.Path, head.Query));
        Assert.Equal("AmazonSSM.StartSession", head.Headers["x-amz-target"]);
        Assert.Equal("{}"u8.ToArray(), await reader.ReadBodyAsync(head, Cancellation));
        Assert.Null(await reader.ReadHeadAsync(Cancellation));
    }

    [Fact]
    public async Task Two_requests_in_one_piece_are_two_requests()
    {
        var reader = Reader(Request + Request);
        for (var i = 0; i < 2; i++)
        {
            var head = await reader.ReadHeadAsync(Cancellation);
            Assert.NotNull(head);
            Assert.Equal(2, (await reader.ReadBodyAsync(head, Cancellation)).Length);
        }
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_the_same_request()
    {
        var reader = new HttpRequestReader(new TricklingStream(Encoding.ASCII.GetBytes(Request)));

        var head = await reader.ReadHeadAsync(Cancellation);

        Assert.NotNull(head);
        Assert.Equal("{}"u8.ToArray(), await reader.ReadBodyAsync(head, Cancellation));
    }

    [Fact]
    public async Task A_request_cut_anywhere_is_an_end_of_stream()
    {
        for (var length = 1; length < Request.Length; length++)
        {
            var reader = Reader(Request[..length]);
            await Assert.ThrowsAsync<EndOfStreamException>(async () =>
            {
                var head = await reader.ReadHeadAsync(Cancellation);
                Assert.NotNull(head);
                await reader.ReadBodyAsync(head, Cancellation);
            });
        }
    }

    [Theory]
    [InlineData("GET\r\n\r\n", 400)]
    [InlineData("GET  / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/2.0\r\n\r\n", 505)]
    [InlineData("GET http://x/ HTTP/1.1\r\n\r\n", 400)]
    [InlineData("G\0T / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nName : x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nName: a\nb: c\r\n\r\n", 400)]
    public async Task Garbage_is_refused(string text, int status)
    {
        var exception = await Assert.ThrowsAsync<HttpException>(() => Reader(text).ReadHeadAsync(Cancellation));

        Assert.Equal(status, exception.Status);
    }

    [Fact]
    public async Task Random_bytes_are_refused_or_end()
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            byte[] ended = [.. bytes, .. "\r\n\r\n"u8];
            await Assert.ThrowsAsync<HttpException>(() => new HttpRequestReader(new MemoryStream(ended)).ReadHeadAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_head_without_end_is_refused_at_its_limit()
    {
        var reader = Reader("GET / HTTP/1.1\r\nX: " + new string('a', HttpRequestReader.MaxHeadSize));

        var exception = await Assert.ThrowsAsync<HttpException>(() => reader.ReadHeadAsync(Cancellation));

        Assert.Equal(431, exception.Status);
    }

    [Theory]
    [InlineData("Content-Length: 1048577", 413)]
    [InlineData("Content-Length: 99999999999999999999", 400)]
    [InlineData("Content-Length: -1", 400)]
    [InlineData("Content-Length: 1\r\nContent-Length: 2", 400)]
    [InlineData("Transfer-Encoding: chunked", 411)]
    public async Task A_body_of_no_known_or_too_great_a_length_is_refused(string field, int status)
    {
        var reader = Reader($"POST / HTTP/1.1\r\n{field}\r\n\r\n");
        var head = await reader.ReadHeadAsync(Cancellation);
        Assert.NotNull(head);

        var exception = await Assert.ThrowsAsync<HttpException>(() => reader.ReadBodyAsync(head, Cancellation));

        Assert.Equal(status, exception.Status);
    }

    private static HttpRequestReader Reader(string text) => new(new MemoryStream(Encoding.Latin1.GetBytes(text)));

    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
