using System.Text;

namespace GradService.Wire;

/// <summary>The members a request body may have, built once for each operation; found by their UTF-8 names without allocation.</summary>
internal sealed class MemberTable
{
    /// <summary>The member that settles the floating type of a request.</summary>
    public const string DtypeName = "dtype";

    private readonly Member[] _members;
    private readonly byte[][] _names;
    private readonly int[] _slots;
    private readonly IReadOnlyDictionary<string, string[]> _aliases;

    /// <summary>Builds a table.</summary>
    /// <param name="members">The members. A <see cref="DtypeName"/> among them must be a scalar.</param>
    /// <param name="aliases">What people of other libraries call a member: a foreign name, and the members it may mean, the likeliest first.</param>
    /// <exception cref="ArgumentException">Two members have one name, or <see cref="DtypeName"/> is a tensor.</exception>
    public MemberTable(IEnumerable<Member> members, IReadOnlyDictionary<string, string[]>? aliases = null)
    {
        _members = [.. members];
        _names = [.. _members.Select(member => Encoding.UTF8.GetBytes(member.Name))];
        _aliases = aliases ?? new Dictionary<string, string[]>();
        DtypeIndex = Array.FindIndex(_members, member => member.Name == DtypeName);
        if (DtypeIndex >= 0 && _members[DtypeIndex].Kind is not null)
        {
            throw new ArgumentException($"The member {DtypeName} is no tensor.", nameof(members));
        }

        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * _members.Length) + 1)];
        Array.Fill(_slots, -1);
        for (int index = 0; index < _names.Length; index++)
        {
            if (Find(_names[index]) >= 0)
            {
                throw new ArgumentException($"Two members are named {_members[index].Name}.", nameof(members));
            }

            int slot = Hash(_names[index]);
            while (_slots[slot] >= 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = index;
        }
    }

    /// <summary>The number of members.</summary>
    public int Count => _members.Length;

    /// <summary>The index of <see cref="DtypeName"/>, or -1.</summary>
    public int DtypeIndex { get; }

    /// <summary>A member.</summary>
    /// <param name="index">Its place in the list the table was built from.</param>
    public Member this[int index] => _members[index];

    /// <summary>Finds a member.</summary>
    /// <param name="name">Its UTF-8 name, escapes undone.</param>
    /// <returns>Its index, or -1.</returns>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (int slot = Hash(name); _slots[slot] >= 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (name.SequenceEqual(_names[_slots[slot]]))
            {
                return _slots[slot];
            }
        }

        return -1;
    }

    /// <summary>The error for a name that no member has, with the member probably meant, or all there are.</summary>
    /// <param name="name">The name found.</param>
    public BodyException Unknown(string name)
    {
        string? meant = NearestName.Among([.. _members.Select(member => member.Name)], name, _aliases);
        string hint = meant is not null
            ? $"did you mean \"{meant}\"?"
            : _members.Length == 0 ? "none is allowed." : $"allowed are {string.Join(", ", _members.Select(member => member.Name))}.";
        string shown = JsonText.Quote(name);
        return new BodyException(shown.Length == 0 ? "$" : shown, $"There is no member \"{shown}\" here: {hint}", BodyException.Malformed);
    }

    private int Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte character in name)
        {
            hash = (hash ^ character) * 16777619;
        }

        return (int)(hash & (uint)(_slots.Length - 1));
    }
}

/// <summary>A member of a request body.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Kind">The elements it asks for if it is a tensor; null for a scalar, an enum, a list: whatever System.Text.Json binds.</param>
internal readonly record struct Member(string Name, TensorKind? Kind);
