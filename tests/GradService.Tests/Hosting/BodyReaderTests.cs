using System.Runtime.CompilerServices;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Hosting;

public sealed class BodyReaderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(203)]
    public async Task A_position_in_the_body_is_aligned_where_that_is_asked(int aligned)
    {
        byte[] sent = new byte[100_003];
        new Random(3).NextBytes(sent);
        foreach (bool declared in (bool[])[true, false])
        {
            using var scope = new TensorScope(MemoryBudget.Unlimited);
            var context = new DefaultHttpContext();
            context.Request.Body = new MemoryStream(sent);
            context.Request.ContentLength = declared ? sent.Length : null;
            Memory<byte> body = await BodyReader.ReadAsync(context, scope, new Limits(new ConfigurationBuilder().Build()), aligned: aligned);
            Assert.True(sent.AsSpan().SequenceEqual(body.Span));
            Assert.Equal(0, Address(body.Span[aligned..]) % 8);
        }
    }

    private static unsafe nint Address(Span<byte> bytes) => (nint)Unsafe.AsPointer(ref bytes[0]);
}
