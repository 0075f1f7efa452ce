using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class TensorReaderTests
{
    [Theory]
    [InlineData("3.5", "[]")]
    [InlineData("[]", "[0]")]
    [InlineData("[[],[]]", "[2, 0]")]
    [InlineData("[[[]],[[]]]", "[2, 1, 0]")]
    [InlineData("[1]", "[1]")]
    [InlineData(" [ [ 1 , 2 , 3 ] , [ 4 , 5 , 6 ] ]", "[2, 3]")]
    [InlineData("[[[1,2],[3,4]],[[5,6],[7,8]],[[9,10],[11,12]]]", "[3, 2, 2]")]
    [InlineData("[\n\t[1],\r\n\t[2]\n]", "[2, 1]")]
    public void The_shape_is_read_off_the_nesting(string json, string shape)
    {
        Tensor tensor = Json.Read(json, TensorKind.Floating);
        Assert.Equal(shape, tensor.Shape.ToString());
        Assert.Equal(Enumerable.Range(1, tensor.Length).Select(n => tensor.Shape.Rank == 0 ? 3.5f : n), ((Tensor<float>)tensor).Span.ToArray());
    }

    [Fact]
    public void Named_numbers_stand_wherever_a_floating_number_does()
    {
        Assert.Equal([float.NaN, 1, float.NegativeInfinity, float.PositiveInfinity], Json.Singles("""["NaN", 1, "-Infinity" ,"Infinity"]"""));
        Assert.Equal([double.NegativeInfinity], Json.Doubles("\"-Infinity\""));
        Assert.Equal("[2, 2]", Json.Read("""[[1,"NaN"],["NaN",2]]""", TensorKind.Number).Shape.ToString());
    }

    [Theory]
    [InlineData("[0, 11, -100]", ElementType.INT32)]
    [InlineData("[1.0, 1e2, -0, -0.0, 1.50e1, 120E-1]", ElementType.INT32)]
    [InlineData("[2147483647, -2147483648]", ElementType.INT32)]
    [InlineData("[1, 2147483648]", ElementType.INT64)]
    [InlineData("[-9223372036854775808, 9223372036854775807, 9.223372036854775807e18]", ElementType.INT64)]
    public void Whole_numbers_are_INT32_until_one_needs_more(string json, ElementType type)
    {
        Tensor tensor = Json.Read(json, TensorKind.Integer);
        Assert.Equal(type, tensor.ElementType);
        long[] expected = [.. json.Trim('[', ']').Split(',').Select(text => (long)decimal.Parse(text, System.Globalization.NumberStyles.Float, null))];
        long[] found = tensor is Tensor<int> small ? [.. small.Span.ToArray().Select(n => (long)n)] : ((Tensor<long>)tensor).Span.ToArray();
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("[0, 1, 2]", ElementType.FP32, ElementType.INT32)]
    [InlineData("[0, 1, 3000000000]", ElementType.FP32, ElementType.INT64)]
    [InlineData("[0, 1, 0.5]", ElementType.FP32, ElementType.FP32)]
    [InlineData("[0, 3000000000, 0.5]", ElementType.FP64, ElementType.FP64)]
    [InlineData("[0, 1e30]", ElementType.FP64, ElementType.FP64)]
    [InlineData("0.25", ElementType.FP64, ElementType.FP64)]
    [InlineData("[[0.25, 1], [3, 4]]", ElementType.FP32, ElementType.FP32)]
    public void Class_labels_are_whole_until_one_is_not(string json, ElementType floating, ElementType type)
    {
        Tensor tensor = Json.Read(json, TensorKind.Number, floating);
        Assert.Equal(type, tensor.ElementType);
        double[] expected = [.. json.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split(',').Select(text => double.Parse(text, null))];
        double[] found = tensor switch
        {
            Tensor<int> numbers => [.. numbers.Span.ToArray().Select(n => (double)n)],
            Tensor<long> numbers => [.. numbers.Span.ToArray().Select(n => (double)n)],
            Tensor<float> numbers => [.. numbers.Span.ToArray().Select(n => (double)n)],
            _ => ((Tensor<double>)tensor).Span.ToArray(),
        };
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Long_labels_that_turn_into_probabilities_late_keep_every_value()
    {
        string json = "[" + string.Join(",", Enumerable.Range(0, 20_000)) + ",0.5]";
        var tensor = (Tensor<float>)Json.Read(json, TensorKind.Number);
        Assert.Equal([.. Enumerable.Range(0, 20_000).Select(n => (float)n), 0.5f], tensor.Span.ToArray());
    }

    [Fact]
    public void Booleans_are_words_or_0_and_1() =>
        Assert.Equal([true, false, true, false], ((Tensor<bool>)Json.Read("[true,false, 1 ,0]", TensorKind.Bool)).Span.ToArray());

    [Theory]
    [InlineData("""{"shape":[2,3],"data":[1,2,3,4,5,6]}""")]
    [InlineData("""{"data":[1,2,3,4,5,6],"shape":[2,3]}""")]
    [InlineData("""{ "data" : [[1,2,3],[4,5,6]] , "shape" : [ 2 , 3 ] }""")]
    [InlineData("""{"sh\u0061pe":[2,3],"data":[[1,2,3],[4,5,6]]}""")]
    [InlineData("""{"shape":[2,3],"datatype":"FP32","base64":"AACAPwAAAEAAAEBAAACAQAAAoEAAAMBA"}""")]
    [InlineData("""{"base64":"AACAPwAAAEAAAEBAAACAQAAAoEAAAMBA","datatype":"FP32","shape":[2,3]}""")]
    [InlineData("""{"shape":[2,3],"datatype":"UINT8","base64":"AQIDBAUG"}""")]
    [InlineData("""{"shape":[2,3],"datatype":"FP16","base64":"ADwAQABCAEQARQBG"}""")]
    [InlineData("""{"shape":[2,3],"datatype":"BF16","base64":"gD8AQEBAgECgQMBA"}""")]
    public void The_object_forms_say_the_shape(string json)
    {
        var tensor = (Tensor<float>)Json.Read(json, TensorKind.Floating);
        Assert.Equal("[2, 3]", tensor.Shape.ToString());
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.Span.ToArray());
    }

    [Fact]
    public void Zero_sized_objects_and_scalars_have_their_forms()
    {
        Assert.Equal("[0, 3]", Json.Read("""{"shape":[0,3],"data":[]}""", TensorKind.Floating).Shape.ToString());
        Assert.Equal("[0, 3]", Json.Read("""{"shape":[0,3],"datatype":"INT8","base64":""}""", TensorKind.Number).Shape.ToString());
        Assert.Equal("[]", Json.Read("""{"shape":[],"data":7}""", TensorKind.Floating).Shape.ToString());
        Assert.Equal("[]", Json.Read("""{"shape":[],"data":[7]}""", TensorKind.Floating).Shape.ToString());
    }

    [Fact]
    public void Base64_keeps_the_datatype_where_the_kind_leaves_it_open()
    {
        Assert.IsType<Tensor<byte>>(Json.Read("""{"shape":[2],"datatype":"UINT8","base64":"AQI="}""", TensorKind.Integer));
        Assert.IsType<Tensor<sbyte>>(Json.Read("""{"shape":[2],"datatype":"INT8","base64":"AQI="}""", TensorKind.Number));
        Assert.Equal([1.0], ((Tensor<double>)Json.Read("""{"shape":[1],"datatype":"FP32","base64":"AACAPw=="}""", TensorKind.Number, ElementType.FP64)).Span.ToArray());
        Assert.Equal([true, false], ((Tensor<bool>)Json.Read("""{"shape":[2],"datatype":"BOOL","base64":"AQA="}""", TensorKind.Bool)).Span.ToArray());
        Assert.Equal([true, false], ((Tensor<bool>)Json.Read("""{"shape":[2],"datatype":"UINT8","base64":"AQA="}""", TensorKind.Bool)).Span.ToArray());
        Assert.Equal([1, 0], ((Tensor<byte>)Json.Read("""{"shape":[2],"datatype":"BOOL","base64":"AQA="}""", TensorKind.Integer)).Span.ToArray());
        Assert.Equal([1, 0], ((Tensor<float>)Json.Read("""{"shape":[2],"datatype":"BOOL","base64":"AQA="}""", TensorKind.Floating)).Span.ToArray());
    }

    [Fact]
    public void Declared_data_have_exactly_the_declared_type_and_shape()
    {
        Assert.Equal([255, 0], ((Tensor<byte>)Json.ReadDeclared("[255, 0]", ElementType.UINT8, 2)).Span.ToArray());
        Assert.Equal([ulong.MaxValue], ((Tensor<ulong>)Json.ReadDeclared("[18446744073709551615]", ElementType.UINT64, 1)).Span.ToArray());
        Assert.Equal([1, 2, 3, 4], ((Tensor<short>)Json.ReadDeclared("[[1,2],[3,4]]", ElementType.INT16, 2, 2)).Span.ToArray());
        Assert.Equal([1, 2, 3, 4], ((Tensor<double>)Json.ReadDeclared("[1,2,3,4]", ElementType.FP64, 2, 2)).Span.ToArray());
        Assert.Equal([true], ((Tensor<bool>)Json.ReadDeclared("[true]", ElementType.BOOL, 1)).Span.ToArray());
        var strings = (BytesTensor)Json.ReadDeclared("""["a\u00e4\n", "\uD83D\uDE00"]""", ElementType.BYTES, 2, 1);
        Assert.Equal("[2, 1]", strings.Shape.ToString());
        Assert.Equal(["aä\n", "😀"], strings.Values.Select(value => System.Text.Encoding.UTF8.GetString(value.Span)));
    }
}
