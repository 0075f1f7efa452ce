using System.Runtime.InteropServices;
using System.Text.Json;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Pictures;

/// <summary>Resizing, against the figures of PyTorch and Pillow in <c>tests/Golden/resize.json</c>.</summary>
public sealed class ResizeTests
{
    private const float Near = 1e-5f;

    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Pictures", "resize.json"))).RootElement;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Bilinear_is_that_of_torch_in_either_layout_and_on_any_number_of_threads()
    {
        foreach ((byte[] pixels, int[] shape, JsonElement resized) in Pictures())
        {
            (int height, int width) = Size(resized);
            float[] expected = Floats(resized.GetProperty("bilinear"));
            PictureGeometry geometry = PictureGeometry.Fixed(shape[1], shape[0], width, height);
            float[] planes = Tensor(pixels, geometry, Plain(PictureLayout.NCHW), 1);
            AssertNear(expected, planes, 255 * Near);
            Assert.Equal(planes, Tensor(pixels, geometry, Plain(PictureLayout.NCHW), 2));
            float[] mixed = Tensor(pixels, geometry, Plain(PictureLayout.NHWC), 2);
            Assert.Equal(planes, Enumerable.Range(0, 3).SelectMany(channel => mixed.Where((_, at) => at % 3 == channel)));
        }
    }

    [Fact]
    public void Antialiased_is_that_of_Pillow_to_the_bit()
    {
        foreach ((byte[] pixels, int[] shape, JsonElement resized) in Pictures())
        {
            (int height, int width) = Size(resized);
            var destination = new byte[height * width * 3];
            var scratch = new byte[AntialiasedResize.ScratchBytes(shape[0], width, 3)];
            AntialiasedResize.Resize(pixels, shape[1], shape[0], 3, scratch, width, height, destination, TestContext.Current.CancellationToken);
            Assert.Equal(Bytes(resized.GetProperty("antialiased")), destination);
        }
    }

    [Fact]
    public void Luminance_is_that_of_Pillow_to_the_bit()
    {
        foreach (JsonElement picture in Golden.GetProperty("pictures").EnumerateArray())
        {
            byte[] pixels = Bytes(picture.GetProperty("pixels"));
            var grey = new byte[pixels.Length / 3];
            PictureTensor.Luminance(pixels, grey);
            Assert.Equal(Bytes(picture.GetProperty("luminance")), grey);
        }
    }

    [Theory]
    [InlineData(PictureLayout.NCHW, TensorDatatype.FP32)]
    [InlineData(PictureLayout.NHWC, TensorDatatype.FP32)]
    [InlineData(PictureLayout.NCHW, TensorDatatype.FP16)]
    public void Scores_come_back_to_the_size_of_the_picture_as_torch_brings_them(PictureLayout layout, TensorDatatype datatype)
    {
        foreach (JsonElement scores in Golden.GetProperty("scores").EnumerateArray())
        {
            int[] shape = [.. scores.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt32())];
            float[] values = Floats(scores.GetProperty("values"));
            foreach (JsonElement resized in scores.GetProperty("resized").EnumerateArray())
            {
                (int height, int width) = Size(resized);
                var map = new ScoreMap(shape[1], shape[2], shape[0], layout, datatype, PictureGeometry.Fixed(width, height, shape[2], shape[1]));
                float[] laid = layout == PictureLayout.NCHW ? values : Mixed(values, shape[0]);
                ReadOnlyMemory<byte> bytes = datatype == TensorDatatype.FP32
                    ? MemoryMarshal.AsBytes<float>(laid).ToArray()
                    : MemoryMarshal.AsBytes<Half>(laid.Select(value => (Half)value).ToArray()).ToArray();
                AssertNear(Floats(resized.GetProperty("bilinear")), Back(map, bytes), datatype == TensorDatatype.FP32 ? 3 * Near : 0.01f);
            }
        }
    }

    [Fact]
    public void Padding_repeats_the_edge_and_is_cut_off_the_scores_again()
    {
        byte[] pixels = [.. Enumerable.Range(0, 5 * 7 * 3).Select(value => (byte)(value * 2))];
        PictureGeometry geometry = PictureGeometry.Dynamic(7, 5, stride: 8, maxSide: null);
        Assert.Equal((7, 5, 8, 8), (geometry.ScaledWidth, geometry.ScaledHeight, geometry.PaddedWidth, geometry.PaddedHeight));
        float[] tensor = Tensor(pixels, geometry, Plain(PictureLayout.NCHW), 1);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 0; y < 8; y++)
            {
                for (int x = 0; x < 8; x++)
                {
                    Assert.Equal(pixels[(((Math.Min(y, 4) * 7) + Math.Min(x, 6)) * 3) + channel], tensor[(((channel * 8) + y) * 8) + x]);
                }
            }
        }

        var map = new ScoreMap(8, 8, 3, PictureLayout.NCHW, TensorDatatype.FP32, geometry);
        float[] back = Back(map, MemoryMarshal.AsBytes<float>(tensor).ToArray());
        Assert.Equal(pixels.Select(value => (float)value), Mixed(back, 3));
    }

    [Fact]
    public void Scores_at_half_the_size_of_a_padded_input_lie_where_they_belong()
    {
        // A ramp along the width is a ramp at any size: score = column of the picture, sampled at every other pixel's right edge.
        PictureGeometry geometry = PictureGeometry.Dynamic(13, 3, stride: 8, maxSide: null);
        var map = new ScoreMap(4, 8, 1, PictureLayout.NCHW, TensorDatatype.FP32, geometry);
        float[] ramp = [.. Enumerable.Range(0, 32).Select(at => (2f * (at % 8)) + 0.5f)];
        float[] back = Back(map, MemoryMarshal.AsBytes<float>(ramp).ToArray());
        for (int x = 1; x < 12; x++)
        {
            Assert.Equal(x, back[x], 5);
        }
    }

    [Fact]
    public void A_picture_with_too_long_a_side_is_scaled_down_in_proportion()
    {
        PictureGeometry geometry = PictureGeometry.Dynamic(2000, 1000, stride: 32, maxSide: 500);
        Assert.Equal((500, 250, 512, 256), (geometry.ScaledWidth, geometry.ScaledHeight, geometry.PaddedWidth, geometry.PaddedHeight));
        Assert.True(geometry.IsScaled);
        Assert.False(PictureGeometry.Dynamic(300, 200, 32, 500).IsScaled);
        Assert.Equal(1, PictureGeometry.Dynamic(10_000, 1, 1, 100).ScaledHeight);
    }

    [Theory]
    [InlineData(TensorDatatype.FP32)]
    [InlineData(TensorDatatype.FP16)]
    [InlineData(TensorDatatype.UINT8)]
    public void Values_are_scaled_shifted_ordered_and_rounded_as_the_encoding_says(TensorDatatype datatype)
    {
        byte[] pixels = [10, 20, 30];
        PictureGeometry geometry = PictureGeometry.Fixed(1, 1, 1, 1);
        var encoding = new PictureEncoding(PictureLayout.NCHW, ColourOrder.BGR, datatype, 0.5, [1, 2, 3], [2, 0.5, 1]);
        var bytes = new byte[3 * encoding.ElementBytes];
        PictureTensor.Write(pixels, geometry, encoding, bytes, 1, Cancellation);
        float[] found = datatype switch
        {
            TensorDatatype.FP32 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            TensorDatatype.FP16 => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(value => (float)value)],
            _ => [.. bytes.Select(value => (float)value)],
        };
        Assert.Equal([7, 16, 2], found);
    }

    private static IEnumerable<(byte[] Pixels, int[] Shape, JsonElement Resized)> Pictures() =>
        from picture in Golden.GetProperty("pictures").EnumerateArray()
        from resized in picture.GetProperty("resized").EnumerateArray()
        select (Bytes(picture.GetProperty("pixels")), picture.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt32()).ToArray(), resized);

    private static PictureEncoding Plain(PictureLayout layout) => new(layout, ColourOrder.RGB, TensorDatatype.FP32, 1, [0, 0, 0], [1, 1, 1]);

    private static float[] Tensor(byte[] pixels, PictureGeometry geometry, PictureEncoding encoding, int threads)
    {
        var bytes = new byte[geometry.PaddedHeight * geometry.PaddedWidth * 3 * 4];
        PictureTensor.Write(pixels, geometry, encoding, bytes, threads, Cancellation);
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private static float[] Back(ScoreMap map, ReadOnlyMemory<byte> scores)
    {
        int plane = map.Geometry.Width * map.Geometry.Height;
        var back = new float[plane * map.Channels];
        map.Rows(scores, 2, (y, row) =>
        {
            for (int channel = 0; channel < map.Channels; channel++)
            {
                row.Slice(channel * map.Geometry.Width, map.Geometry.Width).CopyTo(back.AsSpan((channel * plane) + (y * map.Geometry.Width)));
            }
        }, Cancellation);
        return back;
    }

    private static float[] Mixed(float[] planes, int channels)
    {
        int plane = planes.Length / channels;
        return [.. Enumerable.Range(0, planes.Length).Select(at => planes[(at % channels * plane) + (at / channels)])];
    }

    private static (int Height, int Width) Size(JsonElement resized) => (resized.GetProperty("size")[0].GetInt32(), resized.GetProperty("size")[1].GetInt32());

    private static byte[] Bytes(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetByte())];

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetSingle())];

    private static void AssertNear(float[] expected, float[] found, float tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.True(expected.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance), $"largest difference {expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second))}");
    }
}
