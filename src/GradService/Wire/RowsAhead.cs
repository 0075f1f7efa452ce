using System.Runtime.InteropServices;

namespace GradService.Wire;

/// <summary>
/// The second half of a long array of numbers, read by another thread while the first is read by the one that wants both. Where it begins
/// is a guess, and whether an element does stand there turns out when the first half has been read up to it; otherwise what was read ahead
/// is dropped. So neither a number nor an error depends on it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class RowsAhead<T>
    where T : unmanaged
{
    // Room for the ends of rows that have so many elements in the mean; shorter ones would take more memory than they are worth.
    private const int ShortRow = 4;

    private const int Waiting = 0;
    private const int Running = 1;
    private const int Cancelled = 2;

    private readonly byte* _text;
    private readonly int _length;
    private readonly Memory<byte> _into;
    private readonly Memory<byte> _log;
    private readonly Task _task;
    private volatile bool _isDropped;
    private int _state;

    private RowsAhead(byte* text, int length, int start, Memory<byte> into, Memory<byte> log)
    {
        _text = text;
        (_length, Start, At, _into, _log) = (length, start, start, into, log);
        _task = Task.Run(Read);
    }

    /// <summary>Where it begins: at an element, if the text is an array of numbers there.</summary>
    public int Start { get; }

    /// <summary>The numbers read.</summary>
    public int Count { get; private set; }

    /// <summary>The rows read to their ends.</summary>
    public int Rows { get; private set; }

    /// <summary>Where it stopped: at an element, or behind the last row's bracket.</summary>
    public int At { get; private set; }

    /// <summary>The bytes that the ends of rows take, of so many numbers.</summary>
    public static int LogBytes(int numbers) => ((numbers / ShortRow) + 1) * sizeof(long);

    /// <summary>Begins to read; null where no element can be found to begin with.</summary>
    /// <param name="text">The body, which must stay where it is until this is finished.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="middle">Where to look for a beginning.</param>
    /// <param name="into">Receives the numbers.</param>
    /// <param name="log">Receives the ends of rows; see <see cref="LogBytes"/>.</param>
    public static RowsAhead<T>? Begin(byte* text, int length, int middle, Memory<byte> into, Memory<byte> log)
    {
        var body = new ReadOnlySpan<byte>(text, length);
        int comma = body[middle..].IndexOf((byte)',');
        if (comma < 0)
        {
            return null;
        }

        int start = Down(body, middle + comma + 1);
        return start < length ? new RowsAhead<T>(text, length, start, into, log) : null;
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>False where nothing had been begun, and now never will be.</returns>
    public bool Finish()
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) != Running)
        {
            return false;
        }

        _task.Wait();
        return true;
    }

    /// <summary>Stops as soon as may be. Text and memory are not touched any more then.</summary>
    public void Drop()
    {
        _isDropped = true;
        Finish();
    }

    /// <summary>Behind which bracket a row ended, and how many numbers had been read by then.</summary>
    public (int End, int Count) Row(int index)
    {
        long entry = MemoryMarshal.Cast<byte, long>(_log.Span)[index];
        return ((int)(entry >> 32), (int)entry);
    }

    private void Read()
    {
        if (Interlocked.CompareExchange(ref _state, Running, Waiting) != Waiting)
        {
            return;
        }

        var text = new ReadOnlySpan<byte>(_text, _length);
        Span<T> into = MemoryMarshal.Cast<byte, T>(_into.Span);
        Span<long> log = MemoryMarshal.Cast<byte, long>(_log.Span);
        int at = Start;
        int count = 0;
        int rows = 0;
        while (!_isDropped)
        {
            RowStop stop = NumberRow.Read(text, ref at, into, ref count, out _);
            if (stop == RowStop.Separator)
            {
                // The last number is not whole: the row is left to whoever can say what is wrong with it.
                break;
            }

            (At, Count) = (at, count);
            if (stop != RowStop.End)
            {
                break;
            }

            log[rows++] = ((long)at << 32) | (uint)count;
            Rows = rows;
            if (rows == log.Length || !TryNextRow(text, ref at))
            {
                break;
            }
        }
    }

    // Over the brackets and the comma between two rows, whether or not the nesting allows them there.
    private static bool TryNextRow(ReadOnlySpan<byte> text, ref int at)
    {
        int next = NumberRow.SkipSpace(text, at);
        while (next < text.Length && text[next] == ']')
        {
            next = NumberRow.SkipSpace(text, next + 1);
        }

        if (next >= text.Length || text[next] != ',')
        {
            return false;
        }

        next = NumberRow.SkipSpace(text, next + 1);
        if (next >= text.Length || text[next] != '[')
        {
            return false;
        }

        at = Down(text, next);
        return at < text.Length && text[at] != ']';
    }

    private static int Down(ReadOnlySpan<byte> text, int at)
    {
        at = NumberRow.SkipSpace(text, at);
        while (at < text.Length && text[at] == '[')
        {
            at = NumberRow.SkipSpace(text, at + 1);
        }

        return at;
    }
}
