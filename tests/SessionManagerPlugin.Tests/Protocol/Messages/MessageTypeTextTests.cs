using System.Text;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol.Messages;

public class MessageTypeTextTests
{
    [Fact]
    public void Every_type_is_known_by_its_own_text()
    {
        foreach (var type in Enum.GetValues<MessageType>())
        {
            Assert.Equal(type, MessageTypeText.FromUtf8(MessageTypeText.ToUtf8(type)));
        }
    }

    [Theory]
    [InlineData("acknowledge                     ")]
    [InlineData("acknowledge\0\0\0")]
    [InlineData("  acknowledge \0 ")]
    public void Padding_of_either_kind_is_no_part_of_the_type(string text) =>
        Assert.Equal(MessageType.Acknowledge, MessageTypeText.FromUtf8(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData("Acknowledge")]
    [InlineData("acknowledge_")]
    [InlineData("ack\0nowledge")]
    [InlineData("output_stream_dat")]
    public void What_only_resembles_a_type_is_not_taken_for_it(string text) =>
        Assert.Equal(MessageType.Unknown, MessageTypeText.FromUtf8(Encoding.UTF8.GetBytes(text)));
}
