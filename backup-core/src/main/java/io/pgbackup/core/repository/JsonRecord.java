package io.pgbackup.core.repository;

import io.pgbackup.core.manifest.MalformedContentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object with typed access: the form of all control records. Fields that a reader does not know are kept out of its way, so a later version may
 * add some. Reading is bounded in depth and size; what is missing or of another type is a {@link MalformedContentException}. Not safe for use by
 * many threads while it is being filled.
 */
public final class JsonRecord {
    private final Map<String, Object> fields;

    /** Makes an empty object. */
    public JsonRecord() {
        this(new LinkedHashMap<>());
    }

    private JsonRecord(Map<String, Object> fields) {
        this.fields = fields;
    }

    /**
     * Reads an object.
     *
     * @param bytes UTF-8
     * @return the object
     */
    public static JsonRecord parse(byte[] bytes) {
        return new JsonRecord(JsonText.parse(bytes));
    }

    /**
     * Writes the object.
     *
     * @return UTF-8, indented for people
     */
    public byte[] toBytes() {
        return JsonText.write(fields);
    }

    /**
     * Sets a text.
     *
     * @param name of the field
     * @param value any text
     * @return this object
     */
    public JsonRecord put(String name, String value) {
        return set(name, value);
    }

    /**
     * Sets a number.
     *
     * @param name of the field
     * @param value any number
     * @return this object
     */
    public JsonRecord put(String name, long value) {
        return set(name, value);
    }

    /**
     * Sets a truth value.
     *
     * @param name of the field
     * @param value true or false
     * @return this object
     */
    public JsonRecord put(String name, boolean value) {
        return set(name, value);
    }

    /**
     * Sets an object.
     *
     * @param name of the field
     * @param value not changed afterwards
     * @return this object
     */
    public JsonRecord put(String name, JsonRecord value) {
        return set(name, value.fields);
    }

    /**
     * Sets a list of texts.
     *
     * @param name of the field
     * @param values the texts
     * @return this object
     */
    public JsonRecord putTexts(String name, List<String> values) {
        return set(name, List.<Object>copyOf(values));
    }

    /**
     * Sets a list of objects.
     *
     * @param name of the field
     * @param values not changed afterwards
     * @return this object
     */
    public JsonRecord putRecords(String name, List<JsonRecord> values) {
        return set(name, values.stream().map(record -> (Object) record.fields).toList());
    }

    /**
     * Sets an object of texts.
     *
     * @param name of the field
     * @param values names and texts
     * @return this object
     */
    public JsonRecord putMap(String name, Map<String, String> values) {
        return set(name, new LinkedHashMap<String, Object>(new java.util.TreeMap<>(values)));
    }

    private JsonRecord set(String name, Object value) {
        if (fields.put(name, value) != null) {
            throw new IllegalStateException("the field '" + name + "' is set twice");
        }
        return this;
    }

    /**
     * Whether a field is there.
     *
     * @param name of the field
     * @return true if so
     */
    public boolean has(String name) {
        return fields.containsKey(name);
    }

    /**
     * A text.
     *
     * @param name of the field
     * @return its value
     */
    public String text(String name) {
        return require(name, String.class);
    }

    /**
     * A text that may be missing.
     *
     * @param name of the field
     * @return empty if there is no such field
     */
    public Optional<String> optionalText(String name) {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    /**
     * A number.
     *
     * @param name of the field
     * @return its value
     */
    public long number(String name) {
        return require(name, Long.class);
    }

    /**
     * A small number.
     *
     * @param name of the field
     * @return its value, at least 0
     */
    public int count(String name) {
        long value = number(name);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new MalformedContentException("the field '" + name + "' is " + value);
        }
        return (int) value;
    }

    /**
     * A truth value.
     *
     * @param name of the field
     * @return its value
     */
    public boolean flag(String name) {
        return require(name, Boolean.class);
    }

    /**
     * An object.
     *
     * @param name of the field
     * @return its value
     */
    public JsonRecord record(String name) {
        return asRecord(name, require(name, Object.class));
    }

    /**
     * A list of texts.
     *
     * @param name of the field
     * @return its values
     */
    public List<String> texts(String name) {
        return require(name, List.class).stream()
                .map(value -> cast(name, (Object) value, String.class))
                .toList();
    }

    /**
     * A list of objects.
     *
     * @param name of the field
     * @return its values
     */
    public List<JsonRecord> records(String name) {
        List<JsonRecord> records = new ArrayList<>();
        for (Object value : require(name, List.class)) {
            records.add(asRecord(name, value));
        }
        return records;
    }

    /**
     * A list of objects that may be missing.
     *
     * @param name of the field
     * @return its values; empty if there is no such field
     */
    public List<JsonRecord> optionalRecords(String name) {
        return has(name) ? records(name) : List.of();
    }

    /**
     * An object of texts.
     *
     * @param name of the field
     * @return names and texts
     */
    public Map<String, String> map(String name) {
        JsonRecord record = record(name);
        Map<String, String> map = new LinkedHashMap<>();
        record.fields.keySet().forEach(key -> map.put(key, record.text(key)));
        return map;
    }

    @SuppressWarnings("unchecked") // every map in here was made by object() or another record
    private static JsonRecord asRecord(String name, Object value) {
        return new JsonRecord((Map<String, Object>) cast(name, value, Map.class));
    }

    private <T> T require(String name, Class<T> type) {
        Object value = fields.get(name);
        if (value == null) {
            throw new MalformedContentException("the field '" + name + "' is missing");
        }
        return cast(name, value, type);
    }

    private static <T> T cast(String name, Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw new MalformedContentException("the field '" + name + "' is not a " + type.getSimpleName());
        }
        return type.cast(value);
    }
}
